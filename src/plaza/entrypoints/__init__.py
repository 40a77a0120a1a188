"""The processes that start: api, projector, worker, cli."""
