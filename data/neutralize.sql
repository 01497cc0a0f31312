-- A copy of the database texts nobody: what waits there is not sent, whatever account it gets.
UPDATE hr_sms_message
   SET state = 'canceled', failure_code = 'neutralized'
 WHERE state IN ('queued', 'scheduled', 'sending');
