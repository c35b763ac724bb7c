"""Who calls, and how often they may: keys, browsers, limits."""
