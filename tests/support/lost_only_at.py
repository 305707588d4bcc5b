"""Fails unless only requests failed that were sent to a host when it went away, and others were answered all the time.

usage: lost_only_at.py FOLDER TIME…   FOLDER has load.json and load.events of the load, and witness.json; TIME: when a host went away
                                      (Unix time, ms)

The figures come from the load and from the balancer's configuration (examples/endpoint-manager/templates/haproxy.cfg.in):

- A balancer checks each 0.3 s. A check waits 0.3 s for a connection (the shorter one of `inter` and `timeout connect`), or 2 s for the
  answer (`timeout check`) where it had one already when the host went. Two that fail are enough (`fall 2`). So it knows after
  0.3 + 0.3 + 0.3 + 0.3 = 1.2 s, and at most after 2 + 0.3 + 0.3 = 2.6 s.
- A request to the host fails after 2 s without a connection (`timeout connect`), or after 3 s without an answer (the client's patience).
  A client has one at a time, so of its requests at most two go there within 2.6 s, at 0 and at 2 s; mostly, within 1.2 s, it is one.
- A third of the witness's requests go there, or half of them where another server is out.
"""
import json
import sys

clients = 24  # of the load
patience_s = 3
known_s = 2.6
late_s = 1.4  # what is told of by the load's next line, a second later; and the rest for a busy machine
per_client = 2
asked_per_s = 20  # by the witness
share = 1 / 2

folder, gone = sys.argv[1], sorted(map(int, sys.argv[2:]))
with open(folder + "/load.json") as file:
    load = json.load(file)
with open(folder + "/load.events") as file:
    events = [json.loads(line) for line in file]
with open(folder + "/witness.json") as file:
    witness = sorted(map(json.loads, file), key=lambda asked: asked["sent_ms"])


def last_gone(until_ms, within_s):
    """The last host that went away within that time, or null."""
    return next((at for at in reversed(gone) if at <= until_ms <= at + within_s * 1000), None)


failed = dict.fromkeys(gone, 0)
for event in events:
    if event["failed"]:
        at = last_gone(event["unix_ms"], known_s + patience_s + late_s)
        assert at, f"failed when no host went away: {event}; hosts went at {gone}"
        failed[at] += event["failed"]
unanswered = dict.fromkeys(gone, 0)
for asked in witness:
    if not asked["node"]:
        # What was on its way when the host went was sent a little before.
        at = last_gone(asked["sent_ms"] + 500, 0.5 + known_s + late_s)
        assert at, f"the witness got no answer when no host went away: {asked}; hosts went at {gone}"
        unanswered[at] += 1
print("    clients:", json.dumps(load))
print("    failed for each host that went away:", *failed.values(), "| of the witness:", *unanswered.values())
assert load["failed"] == sum(failed.values()), "not all failures are in the load's events"
assert load["wrong"] == 0 and load["writes_lost"] == 0, load
assert load["failed"] > 0, "nothing was on its way to it, so this shows nothing"
for at in gone:
    assert failed[at] <= clients * per_client, f"{failed[at]} failed when a host went away; expected at most {clients * per_client}"
    limit = asked_per_s * known_s * share
    assert unanswered[at] <= limit, f"{unanswered[at]} of the witness failed when a host went away; expected at most {limit}"

# In each second while a host's absence is noticed the others answer: half of what is asked, of which chance may have half again.
for at in gone:
    for second in range(7):
        begin = at + second * 1000
        if begin + 1000 > witness[-1]["sent_ms"]:
            break  # the load had been ended
        sent = [asked for asked in witness if begin <= asked["sent_ms"] < begin + 1000]
        right = sum(asked["node"] is not None for asked in sent)
        least = len(sent) * (1 - share) / 2
        assert sent and right >= least, f"{right} right answers of {len(sent)} in second {second} after a host went; expected {least}"
