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
