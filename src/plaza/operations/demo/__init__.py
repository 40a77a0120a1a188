"""The demo marketplace: real goods of a British giftware merchant in invented shops."""
