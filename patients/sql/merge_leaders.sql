-- Who follows a follower follows its leader. Repeated until everybody follows a leader who follows nobody.
UPDATE stage_shared p SET leader = ahead.leader
FROM stage_shared ahead
WHERE ahead.seq = p.leader AND ahead.leader < p.leader;
