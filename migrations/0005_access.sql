-- What the job `retain` did is part of `expire`.
DELETE FROM job WHERE kind = 'retain';
