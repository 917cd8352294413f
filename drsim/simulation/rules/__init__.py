"""What happens in a drill, in layers that follow the sections of `docs/semantics.md`; each only calls those below it.

State         2      what there is, and the verbs that everything shares
Heads         8      who of a team does what, where that matters
People        8      crews, calendars, arrivals, evacuation
Readiness     3, 4   what is ready, kept in counters
Copies        8, 11  copies of data, their points, and transfers
Incidents     6      from detection to declaration
Tasks         7      steps of the plan
Patience      7      strategies that are given up after a time
Consistency   11     groups whose data goes back to one moment
Groups        7      groups that wait for each other
Failures      5      failures of their own, which may be unseen until a step finds them
Partitions    5      standbys that take over what is up but out of reach
Recovering    7      strategies, room, what is wanted, what follows from the end of a step
Losing        5      outages and what they take down
Drill         9      one instant after the other
"""
