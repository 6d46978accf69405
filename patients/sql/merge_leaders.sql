-- Who follows a follower follows its leader: a chain of thousands is then a matter of a few steps.
UPDATE stage_shared p SET leader = ahead.leader
FROM stage_shared ahead
WHERE ahead.seq = p.leader AND ahead.leader < p.leader;
