"""What somebody who types a few letters may mean: titles on sale, for everybody."""
