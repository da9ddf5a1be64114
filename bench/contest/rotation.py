"""Keys and values out of memory, not out of a cache: a call that reads little goes in turns over copies of them, so many that the cache
was filled several times before one comes again."""
import itertools

CACHES = 4  # are filled, at the least, from one call on a copy to the next one on it


def copies(bytes_read, cache_bytes):
    """How many are wanted of so many bytes; 1: they alone are enough."""
    return max(1, -(-CACHES * cache_bytes // bytes_read))


def whole_turns(calls, count):
    """As many calls, or a few more, so that each of the `count` copies is read as often."""
    return -(-max(1, calls) // count) * count


def in_turns(runs):
    """One run that is each of these in turn."""
    turns = itertools.cycle(runs)
    return lambda: next(turns)()
