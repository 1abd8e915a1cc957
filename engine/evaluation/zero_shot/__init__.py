"""The committed comparison of both zero-shot chest systems with their ablations and rivals.

`settings` holds every number, `images` the three data sets, `encoder` the frozen features, `methods` what is
compared, `selection` how its free numbers are chosen without unseen labels, `experiment` the queue, `figures`
and `table` what comes of it.
"""
