# Words that stand in many places.
act = Next step
cancel = Cancel
remove = Remove
withdraw = Withdraw
never = Never
state = State
scheme = Scheme
reason = Reason
reference = Reference
name = Name
mobile = Mobile number
list-comma = {", "}
line-missing = { $field }: please fill this in
date-wrong = Enter a real date, such as 31 12 2020
choose-one = Choose one of these

# States.
status-scheduled = Opens later
status-open = Open
status-paused = Paused
status-closed = Closed
state-confirmed = Confirmed
state-checking = Needs checking
state-replaced = Replaced
state-rejected = Rejected
state-dispatched = With the courier
state-delivered = Delivered
state-undelivered = Not delivered
state-withdrawn = Withdrawn: its data are erased
reason-mismatch = Number and date of birth do not belong together
reason-not-resident = Not in the register of persons
reason-duplicate = Somebody in it is in another registration
reason-limited = Too many registrations name the same person or mobile
reason-displaced = Somebody proved at a counter that another registration is right
reason-address = There is no such address
reason-unreadable = A sealed value cannot be read
address-known = In the address list
address-to-check = Not in the address list: please check
address-accepted = Accepted by an officer
address-refused = Refused by an officer

# Signing in.
sign-in-button = Sign in with a passkey
sign-in-needs = Signing in needs JavaScript and a device that keeps your passkey: a phone, a computer or a security key.
ended-title = Your session has ended
ended-lead = Nothing was changed. A session ends after 15 minutes without a request, and after ten hours at the latest.
ended-kept = What you typed is not lost. Sign in again and the form comes back as you left it; nothing has been sent yet. A file has to be chosen again.
ended-typed = What you typed
ended-typed-lead = It was not saved. Copy what you need before you leave this page.
session-ends = Session ends at { $time }
session-soon = Your session ends in less than two minutes.
session-soon-last = Your session ends in less than two minutes: it has lasted ten hours and cannot be kept longer. Send what you have typed.
session-over = Your session has ended. What you typed is still here: press the button of the form, sign in again, and it comes back.
session-stay = Stay signed in
upload-stopped = Files cannot be taken at the moment, because they cannot be checked for viruses. Nothing was saved. Those who look after the system have been told.
upload-infected = The virus scanner found malware in this file, so it was refused. Nothing was saved. Tell your security officer.

# The launch gate.
record-digest-wrong = A SHA-256 digest has 64 hexadecimal digits

# Running a scheme.
dashboard-received = Registrations
dashboard-people = People
bulletins-title = Bulletins
approval-requested = Waits for the second person
approval-approved = Approved
approval-refused = Refused
approval-used = Carried out
approval-expired = Lapsed

# Officers.
officers-post = Post
officers-post-missing = Give the title of the post in all three languages, at most 100 characters each
officers-name = Name of whoever fills the post
officers-name-wrong = Enter a name of 1 to 100 characters
officers-mail = Mail address
officers-mail-wrong = Enter a mail address, such as name@department.gov.hk
role-scheme-owner = Writes, runs and ends a scheme
role-case-officer = Helps residents and decides exceptions
role-privacy-officer = Answers for the statement and the privacy assessment
role-security-officer = Answers for the security assessment and the audit
role-supervising-officer = The second person for exports and early closes
role-auditor = Reads the evidence and changes nothing
role-delivery-officer = Arranges delivery with the couriers
role-administrator = Invites and ends officers
role-head-of-department = Answers for the department when a contractor fails
role-field-officer = Enters people at the building of an operation, and test results
role-exercise-controller = Calls many departments out, and runs the exercises

# Alerts.
alerts-title = Alerts

# Contractors, leases, incidents.
lease-contractor = The contractor's page
incidents-title = Incidents

# The identity provider and its charter.
identity-title = Resident accounts
service = Service

# Incident teams, call-outs, exercises
team-title = Incident team and rota
calls-title = Call-outs

# Advisories, and who takes over in a rota.
advisory-list = Security advisories and guides

# Two officers at one form.
changed-meanwhile = Another officer has changed this since you opened the page. What you typed is kept here. Look at what stands there now; sending it again replaces it.

# What was just done, said once on the page that follows.
done-saved = Saved.
done-public = Saved. The public pages show it at once.
done-asked = Your request is on record. A supervising officer decides about it.
done-decided = Your decision is on record.
done-signed = Your signature is on record.
done-recorded = The document is on record.
done-withdrawn = The document is withdrawn.
done-version = Saved as a new version. This is its launch gate: put its documents on record next.
done-scheme = The scheme is saved. Nothing of it is public before its launch gate is in force: open the gate below and put its documents on record.
done-operate = Done. It counts from this moment.
done-closed = The scheme is closed. Nobody can register any more.
done-exported = The file is written and waits for the contractor.
done-request = Your decision is on record. Its letter can be printed below.
done-paper = The destruction of the form is on record.
done-posted = Noted as posted.
done-batch = The batch is made and waits for the print bureau.
done-review = The review is on record.
done-roles = The roles are changed.
done-officer-ended = The officer is ended: no session, passkey or invitation works any more.
done-passkey-gone = The passkey is removed.
done-terminal = The terminal is ended.
done-contractor = The contractor is registered. Record its contract with your department next.
done-keys = The new keys count from this moment.
done-contract-new = The contract is recorded. Issue a credential when the contractor is to begin.
done-contract = The change of the contract is on record.
done-lease-given = The lease is given.
done-lease = The change of the lease is on record.
done-breach = The breach is on record: the lease has stopped, its key is gone, and an incident is open.
done-service-sent = Sent for approval. Nothing changes for residents before another officer has approved exactly this.
done-service-approved = Approved. It is in force from this moment.
done-service-ended = The service is ended. Nobody can sign in to it any more.
done-briefing = The briefing is planned.
done-called-off = Called off.
done-turn = The turn may begin at the device.
done-lent = Noted where the device is.
done-device-gone = The device is ended. It begins no turn any more.
done-shift = The shift is planned.
done-shift-gone = The shift is taken off the plan.
done-alert = Noted that you have seen it.
done-incident = The incident is open and you command it. Note what you know, and when you became aware of it.
done-incident-closed = The incident is closed.
done-shared = The room is shared.
done-unshared = The room is no longer shared.
done-advisory = Published.
done-advisory-read = Noted what it means for your department.
done-advisory-withdrawn = The advisory is withdrawn.
done-bulletin = Published.
done-person = Saved. Check the details with this person each quarter.
done-checked = Noted that the details were checked today.
done-person-gone = Removed from the team. The details are gone.
done-leave = The leave is noted.
done-leave-gone = The leave is taken back.
done-rota = The rota is saved and counts from this moment.
done-called = The call-out has begun. Answers appear on this page.
done-code = The answer is noted.
done-stood-down = Stood down. Nobody is called any more.
done-exercise = The times are drawn, and the commitment is published.
done-drill = The exercise is planned. Give seats to officers next.
done-drill-gone = The exercise is taken off the plan.
done-seats = The seats are saved.
done-guest-gone = The guest's access is ended.
done-advisory-corrected = The correction is published.
done-lesson = Noted that the lesson is settled.
done-session = The session is planned. Officers see it on their training page.
done-place = You have a place.
done-place-back = You have given your place back.
done-attended = Your attendance is noted.
