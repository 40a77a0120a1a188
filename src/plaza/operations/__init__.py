"""Routes and commands about plaza itself: health, projections, migrations, the demo."""
