# What pages say, in English. Each language has one file with the same messages and arguments.
# Plain text: no markup. `{ $name }` is an argument, and is never translated.

language-name = English
language-direction = ltr
number-decimal = .
number-group = ,
date =
    { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $day }, { $year }
moment = { $date }, { $time } UTC
hours =
    { $count ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }
micro-credentials =
    { $count ->
        [one] one micro-credential
       *[other] { $count } micro-credentials
    }

## Every page
skip = Skip to the content
check-one = Check a micro-credential
languages = Language
footer = Verifiable micro-credentials on open standards
standards = Standards
for-developers = For developers
micro-credential = Micro-credential
copy = Copy
copied = Copied

## Verdicts
verdict = Verdict
verdict-good = Genuine and valid
verdict-good-means = It was issued by { $signer }, has not been changed since, and has not been withdrawn.
verdict-nobody = Unchanged, but nobody vouches for the signer
verdict-nobody-means = It has not been changed since it was signed. Nothing proves who signed it: anybody can make such a signature and put any name on it.
verdict-unreadable = Not a micro-credential we can read
verdict-unreadable-means = What you gave does not hold one micro-credential.
verdict-malformed = Not valid
verdict-malformed-means = It is not made as the standards demand, so nothing in it can be relied on.
verdict-forged = Not genuine
verdict-forged-means = Do not rely on it: it was changed after it was signed, or was never signed by the issuer that it names.
verdict-key-withdrawn = Its key was withdrawn
verdict-key-withdrawn-means = Do not rely on it: its issuer withdrew the key that it names, since somebody else may have that key. If it was yours, ask for the one that takes its place.
verdict-key-withdrawn-untold = The key that it names was withdrawn
verdict-key-withdrawn-untold-means = Do not rely on it: the issuer that it names withdrew the key that it names, since somebody else may have that key. Whether that issuer ever signed it is not known here. Ask the issuer.
verdict-revoked = Withdrawn
verdict-revoked-means = It was issued by { $signer } and later withdrawn. It no longer counts.
verdict-superseded = Replaced
verdict-superseded-means = It was issued by { $signer } and later corrected. The corrected one counts in its place.
verdict-suspended = Suspended
verdict-suspended-means = It was issued by { $signer } and is suspended for now. It may be reinstated.
verdict-expired = Expired
verdict-expired-means = It was issued by { $signer }. The time for which it was valid has ended.
verdict-not-yet-valid = Not valid yet
verdict-not-yet-valid-means = It was issued by { $signer }. The time for which it is valid has not begun.
verdict-not-current = Genuine, but not valid
verdict-not-current-means = It was issued by { $signer }, and does not hold now.
verdict-undecided = Could not be checked
verdict-undecided-means = This is neither a yes nor a no: something needed for an answer could not be had.
verdict-open = Could not be checked in full
verdict-open-means = It was issued by { $signer } and not changed since. Whether it still holds could not be told.
verdict-nothing = Nothing was checked
verdict-nothing-means = There is no micro-credential in what you gave.
verdict-together-good = Genuine and valid
verdict-together-bad = Not all of it holds
verdict-together-open = Not all of it could be vouched for
verdict-together-means = It holds { micro-credentials }. Each has its own answer below.
its-signer = its signer
since = Since { $date }.
status-as-of = Status as of { $when }.
what-was-checked = What was checked
open-successor = Open the corrected micro-credential
shared-corrected = Whoever shared it with you can give you a link to the corrected one.

## Checks: the name of each, and the question that it answers
group-fail = What is wrong
group-undecided = What could not be told
group-pass = What holds
group-skipped = What was not looked at
check-form = The file
check-form-about = Does it hold one credential in a form that can be read?
check-data-model = Shape of the record
check-data-model-about = Is it made as the standard for verifiable credentials demands?
check-open-badges = Open Badges rules
check-open-badges-about = Is it made as the Open Badges standard demands?
check-json-ld = Every word is covered
check-json-ld-about = Does the signature cover all that a reader sees?
check-credential-schema = The issuer's own form
check-credential-schema-about = Does it keep the rules that it names for itself?
check-related-resource = Linked files
check-related-resource-about = Are the files that it points to the ones that were signed?
check-issuer-key = The issuer's key
check-issuer-key-about = Does the key that signed belong to the issuer?
check-proof = The signature
check-proof-about = Is it exactly what was signed, to the letter?
check-jwt-claims = The signed envelope
check-jwt-claims-about = Does the envelope say the same as its content?
check-issuer-books = The issuer's own records
check-issuer-books-about = Does the issuer know that it awarded this?
check-hosted = The issuer's own copy
check-hosted-about = Does the issuer's web site show the same?
check-proof-dates = Dates of the signature
check-proof-dates-about = Was it signed at a time that makes sense?
check-validity = Dates of validity
check-validity-about = Is today within the time for which it is valid?
check-status = Withdrawals
check-status-about = Does the issuer let it stand, neither revoked nor suspended?
check-successor = Corrections
check-successor-about = Is it the latest, with no corrected one in its place?
check-presentation = The presentation
check-presentation-about = Is it handed on as the standard demands?
check-holder-key = The holder's key
check-holder-key-about = Was it handed on by who holds it?
check-challenge = The challenge
check-challenge-about = Was it made for this occasion?
check-domain = The recipient
check-domain-about = Was it made for this recipient?
check-credentials = What it holds
check-credentials-about = Do all micro-credentials in it hold?

## A credential
unnamed = A micro-credential
earned-by = Earned by
claims-earned-by = Claims to be earned by
awarded-on = Awarded
valid-until = Valid until
signed-from = Signed from
unknown-signer = a key that nothing ties to anybody
known-here-as = Issuer, known here as
known-from = Known from: { $source }
calls-itself = Issuer, in its own words
not-known-here = Its web address is proven. Whether the name fits, nobody here has confirmed.
work = Work
stacks = Stacks
how-it-was-judged = How it was judged
what-it-took = What it took
how-it-was-earned = How it was earned
criteria-and-rubric = Criteria and full rubric
criteria-elsewhere = Criteria on the issuer's own site
evidence = Evidence
evidence-item = Evidence
evidence-private = kept private
evidence-note = Evidence often shows students. Whoever earned this decides what can be opened; all of it was reviewed.
alignment = Standards it is aligned to
take-it-with-you = Take it with you
file-picture = Picture with it inside
file-signed = Signed file
file-code = QR code of this page
add-to-linkedin = Add to LinkedIn
resume-line = One line for a résumé
line-kind = micro-credential
month-of-year =
    { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $year }
preview-about = A micro-credential from { $issuer }. Open the link to see who earned it and whether it holds.
preview-about-nobody = A micro-credential. Open the link to see who earned it and whether it holds.
preview-verify = Verify at { $host }

## Evidence
evidence-open-title = Shared by its holder
evidence-closed-title = Kept private by its holder
evidence-leaving = You are about to leave for the place where the holder keeps this artifact.
evidence-closed = This artifact was reviewed when the micro-credential was awarded. Evidence often shows students, so its holder decides who sees it; ask them for access. The micro-credential holds all the same.

## An achievement
micro-credential-version = Micro-credential · version { $version }
newer-version = This is an earlier version. What was earned under it stays earned.
open-newest = Open the newest version
offered-by = Offered by
what-it-takes = What it takes
rubric = Rubric
rubric-note = Trained reviewers judge the evidence on each of these; every one must reach the level marked as required.
level-required = required
versions = Versions
versions-note = A published version never changes, so what was earned can always be looked up.
version = Version { $version }

## An issuer or recognizer
issuer = Issuer
recognizer = Recognizes micro-credentials
catalogue = Micro-credentials
catalogue-empty = None is published yet.
catalogue-found =
    { $count ->
        [0] None fits.
        [one] One fits.
       *[other] { $count } fit.
    }
search = Search
search-label = Search for a skill or a stack
show-all = Show all
pages = Pages
earlier = Earlier
later = Later
page-of = Page { $page } of { $pages }
signs-from = Signs from
web-site = Web site
keys = Keys
keys-note = Whatever it awards is sealed with a key that only it holds. Anyone can check a seal by the public half, listed here; no account is needed.
keys-show = Show the keys
did-document = The keys as published
identifier = Identifier
key-active = Signs now, since { $date }
key-retired = Retired. What it signed stays good.
key-retired-then = Signed from { $date } to { $until }. What it signed stays good.
key-withdrawn = Withdrawn on { $date }: somebody else may have it. Nothing that it signed is to be relied on.

## Where it counts, and what policies say
where-it-counts = Where it counts
where-it-counts-note = By the policies of offices here as they stood on { $date }. Each decides when you file with it.
where-it-counts-later = A great deal was asked for from your network just now. Try again in a moment to see it here.
by-policy = { $policy }, version { $version }
policy-text = Its full text
conditions = Conditions
counts-elsewhere-too = It may count with more offices than are shown here.
policies = What it counts
policies-note = Each policy as it was published last. Earlier versions stay to be read.
counts-of-yours = See what yours count for here
policy-accepts = Accepts
policy-rests-on = Rests on
policy-readings = How it reads its sources
menus = Menus
menus-note = What it accepts, achievement by achievement, each in a statement that it signed.
menu-version = Menu, version { $version }
menu-of = Published by
menu-policy = Counts by
menu-awards = How much
menu-applies = Where it applies
menu-entries = On this menu
menu-entries-note = For each there is a statement signed by the publisher, which anyone can check anywhere.
menu-empty = Nothing stands on this menu now.
menu-endorsement = The signed statement
on-menu = On its menu
endorsement = Signed statement
endorsement-about = About
endorsement-note = It speaks of the achievement, not of who earned it. Whoever has such a micro-credential can show it along.
endorsement-file = Download the file
endorsement-open-successor = Open the one that takes its place
rule-each = { $amount } each
rule-with-more =
    { $count ->
        [one] { $amount } with one more related one
       *[other] { $amount } with { $count } more related ones
    }
rule-with-hours = { $amount } with { $hours } more of work
rule-for-row = { $row }: { $amount }
rule-toward = Toward { $row } ({ $amount }), with { $more } more
rule-award-each = Each counts { $amount }.
rule-award-group = Every { $count } related ones count { $amount } together.
rule-award-hours-each = Every { $hours } of work count { $amount }, each micro-credential by itself.
rule-award-hours-together = Every { $hours } of work count { $amount }, all micro-credentials together.
rule-award-row = { $row }, from { $from }: { $amount }
rule-minimum-hours = Each states at least { $hours } of work
rule-accepts = Micro-credentials { $list }
rule-accepts-receipts = Receipts of other offices { $list }
rule-accepts-achievements = that are among those it names: { $list }
rule-accepts-issuers = of { $list }
rule-accepts-trusted = of issuers that it trusts
rule-accepts-alignments = aligned to { $list }
rule-accepts-stacks = in the stacks { $list }
rule-accepts-own-menu = on its own menu
rule-accepts-menu = on the menu of { $list }
rule-window = Awarded within { $span }
rule-time-zone = Days begin and end by the clocks of { $zone }
rule-limit = At most { $most } within { $span }
rule-limit-ever = At most { $most } in all
rule-again = The same one counts once within { $span }
rule-again-ever = The same one counts once and for all
rule-deadline-next-year = File by { $day }; what comes later is for the next year.
rule-deadline-refused = File by { $day }; after that, from { $opens } on.
rule-states = You state: { $text }
rule-approves = The office approves: { $text }
rule-awarded-after = (Only of what was awarded after { $date }.)
rule-belongs-shown = You show the office that it is yours
rule-belongs-likely = Your name or address fits what it says
span-license = the validity of your license
span-calendar-year = a calendar year
span-school-year = the year that starts on { $day }
span-years =
    { $count ->
        [one] the year before you file
       *[other] the { $count } years before you file
    }
span-dates = { $from } to { $until }
span-claim = one claim
span-ever = all time
day-of-year =
    { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $day }

## Amounts
amount-pdp =
    { $count ->
        [one] { $amount } PDP
       *[other] { $amount } PDPs
    }
amount-ceu =
    { $count ->
        [one] { $amount } CEU
       *[other] { $amount } CEUs
    }
amount-credit =
    { $count ->
        [one] { $amount } credit
       *[other] { $amount } credits
    }
amount-hours =
    { $count ->
        [one] { $amount } hour
       *[other] { $amount } hours
    }
amount-usd =
    { $count ->
        [one] US${ $amount }
       *[other] US${ $amount }
    }
amount-lane =
    { $count ->
        [one] { $amount } lane
       *[other] { $amount } lanes
    }
amount-step =
    { $count ->
        [one] { $amount } step
       *[other] { $amount } steps
    }

## A receipt
receipt = Receipt
receipt-signed-from = Signed from
receipt-by = Counted by, as it calls itself
receipt-known-as = Counted by, known here as
receipt-on = Counted on
receipt-goes-by = By the day
receipt-zone = Periods and deadlines go by this day, in the time zone { $zone }.
receipt-policy = By its policy
receipt-policy-note = A published version never changes, so anyone can see what rule was applied.
receipt-for = For
receipt-for-note = Whoever the office knows by this identifier. A receipt holds no name.
receipt-counted = What was counted
receipt-stays = What was counted stays counted, even if the policy changes later. It cannot be counted again where the policy says that one use excludes another.
receipt-decided-on = What it was decided on
receipt-decided-on-note = Each with its fingerprint, by which anyone who has the same file can see that it is the same.
receipt-withdrawn = The office withdrew this decision, so it counts no longer. Ask the office why.
receipt-corrected = The office corrected this decision. What counts stands in the corrected receipt.
receipt-renewed = The key that signed this receipt was withdrawn, so the office signed it anew. What was counted stands in the new receipt.
receipt-redacted = This receipt's personal data was deleted
receipt-redacted-means = Whoever it was for asked the office to delete it. What was decided stays decided.
receipt-redacted-do = If you have the file itself, you can still check it here: whether it was withdrawn is known as before.
receipt-open-successor = Open the corrected receipt
receipt-open-renewed = Open the new receipt

## A status list
status-list = Status list
status-list-revocation = Revocations
status-list-suspension = Suspensions
status-list-means = Whoever verifies a micro-credential of this issuer reads this list to learn whether it still holds. It has one bit for each, and says nothing about whom.
address = Address
places = Places
last-changed = Last changed

## Home
home = Micro-credentials
home-title = Micro-credentials that anyone can check
home-lead = Educators earn micro-credentials by showing a skill to trained peers. Here an issuer signs what was shown, and a district, a state office or a university checks it, anywhere.
home-how = How it works
home-earner = An educator earns it
home-earner-means = By evidence from their own work, judged against a published rubric. Never by seat time.
home-issuer = An issuer signs it
home-issuer-means = Who earned it, what was shown and how it was judged are sealed together. One changed letter breaks the seal.
home-recognizer = Anyone checks it
home-recognizer-means = A principal, a clerk or a parent opens the link, or drops the file here. It holds in other verifiers too.
issuers-here = Issuers here
issuers-none = None yet.
site = Site
about = About

## Verify
verify-lead = Is it genuine, unchanged and still valid? Anyone may ask, of any issuer. Nothing that you give here is kept.
choose-file = Choose the file
choose-file-hint = its picture (PNG or SVG), or a JSON or JWT file
or-drop = or drop it here
or-paste = Or paste its link or its text
check-it = Check it
check-another = Check another
standards-title = What can be checked here
standards-lead = Any issuer's micro-credentials, not only ours, by open standards that anybody may read and build on.
standards-vc2 = W3C Verifiable Credentials Data Model 2.0
standards-vc1 = W3C Verifiable Credentials Data Model 1.1
standards-ob3 = 1EdTech Open Badges 3.0
standards-ob2 = 1EdTech Open Badges 2.0, hosted and signed
standards-forms = Files
standards-forms-means = The forms in which a micro-credential arrives.
standards-pictures = Pictures
standards-pictures-means = A picture can carry the micro-credential inside of it.
standards-proofs = Proofs in the file
standards-proofs-means = How a signature stands inside of the record.
standards-algorithms = Signed envelopes
standards-algorithms-means = The algorithms under which a JWT is verified.
standards-issuers = Issuers
standards-issuers-means = How the key of an issuer is found; an issuer that is an https address is found there.
standards-status = Withdrawals
standards-status-means = The lists that say what was revoked or suspended.
standards-named = What a credential names
standards-named-means = The rules and services that a credential can name for itself, and that are asked.
standards-answers = What the answers mean
standards-answers-means = Yes means that each check held. No means that one failed, and which. Where something could not be told, it is neither: it is said to be open, with what is missing.
why = Why, and what to do
what-it-says = What it says
what-it-claims = What it claims (not proven)
replaced-by = Replaced by
unreadable-one = What cannot be read
worth-mending = Worth mending, and not wrong enough to count
raw-report = The report for computers
raw-report-note = The same that the API answers.

## What they count for
counts-link = See what yours count for
counts = What it counts for
counts-lead = See what your micro-credentials count for, office by office, before you file anything. Nothing that you give here is kept.
counts-choose = Choose your files
counts-choose-hint = the pictures or files that you were given (PNG, SVG, JSON or JWT); several at once
counts-drop = or drop them here
counts-paste = Or paste links or texts, one after another
counts-office = With which office?
counts-all = All of them
counts-ask = See what they count for
counts-answer = What they count for
counts-answer-note = As of { $date }, by each office's published policy. It is a preview: the office decides when you file, and what was counted before is used up.
counts-read =
    { $count ->
        [one] From one micro-credential: { $names }.
       *[other] From { $count } micro-credentials: { $names }.
    }
counts-checked = Checked on { $when }.
counts-checked-these = { $names }: checked on { $when }.
counts-several-people = They name several people: { $names }. An office counts only what is yours.
counts-nothing = Nothing yet
counts-none-here = None of these offices counts what you gave: { $offices }.
counts-more-policies = There are more offices than are looked at together. Choose yours below.
counts-no-policies = No office has published here what it counts.
counts-unknown-office = There is no such office here, so here is the list.
counts-unreadable-office = The office that you chose cannot be shown just now. These are the others.
counts-offices-more = There are more offices than this list shows. To choose one of the others, open that office's own page and follow its link.
counts-offices-unreadable = Some offices are missing from this list, because they could not be read just now. Load the page again in a moment.
counts-or = or
counts-and = and
counts-up-to = up to { $amount } { $condition }
counts-if-license = if your license covers the days on which you earned them
counts-if-state = if you can state what it asks for
counts-if-approved = if the office approves
counts-if-open = if what could not be checked turns out well
counts-with-related =
    { $count ->
        [one] with one more related micro-credential
       *[other] with { $count } more related micro-credentials
    }
counts-with-hours = with { $hours } of further work
counts-with-row = with { $more } more
counts-more-credentials =
    { $count ->
        [one] one micro-credential
       *[other] { $more } micro-credentials
    }
counts-not-holding = Not counted anywhere
counts-not-holding-note = These did not pass the check, or it could not be finished, so no office can count them now.
counts-see-check = See the whole check
counts-go-check = Check it on its own
counts-each = Each: { $reason }
counts-does = Counts
counts-could = Could count
counts-not = Does not count
counts-missing = What would make more count
counts-to-know = Good to know
counts-next = What to do next
counts-next-file = Give the office the link or the file of each one that counts. It checks them the same way, records them once, and gives you a signed receipt.
counts-next-web = The office's web site
counts-next-mail = Write to the office
counts-by-policy = By its policy, version { $version }
counts-rests-on = Rests on:
counts-questions = Make it certain
counts-license = When does your license begin and end?
counts-license-hint = Some offices count only what you earned while it was valid.
counts-license-from = Begins
counts-license-until = Ends
counts-statement = Tick each of which this is true:
counts-statement-all = Tick it if it is true:
counts-awarded = When did you earn it? { $name } does not say.
counts-again = Count again
counts-give-again = These are too many to be kept for you. Give your files and links again below, together with your answers.
counts-add = Add more
counts-anew = Start anew
counts-license-both = Give the day on which your license begins and the day on which it ends.
counts-license-turned = Your license ends before it begins. Look at the two days again.
counts-too-many = That is more than { $count } micro-credentials, and more are not counted at once.
counts-kept-old = What you gave before is needed again: what this page brings along is good for half an hour. Give your files or links once more.
counts-answers-left = Some of your answers were about micro-credentials that are missing now, so they were not taken over. You are asked again once those are here.
counts-empty = Give a file, a link or a text first.
counts-unreadable = This is no micro-credential. Give the file as its issuer handed it out (PNG, SVG, JSON or JWT), or the link to its page.

## Why it counts, or does not
by-stack = the stack { $name }
by-alignment = the standard { $name }
by-topic = the topic { $name }
why-counted = It counts { $amount }.
why-counted-by-hours = It counts with its { $hours } of work.
why-counted-in-group = It counts together with { $with }: all of them belong to { $by }.
why-counted-in-row = It counts toward { $row }.
why-not-authentic = Its signature does not hold. Ask its issuer for the original file or link.
why-revoked = Its issuer withdrew it. Ask the issuer why; it does not come back.
why-suspended = Its issuer suspended it for now. It counts again once that is lifted.
why-superseded = It was replaced by a corrected one. Give that one in its place.
why-expired = It has expired. Ask its issuer for a newer one.
why-not-yet-valid = It is not valid yet. Come back when it is.
why-not-current = It does not hold any more. Ask its issuer why.
why-not-the-claimants = It names somebody else. File it through the private link that its issuer sent you.
why-unidentified = It lacks an id, so nothing could keep it from being counted twice. Ask its issuer for one that has it.
why-is-a-receipt = It is a receipt for what was counted already, and receipts do not count here.
why-not-accepted = This office does not accept it: { $missing }.
missed-achievement = it is not among those that the office lists
missed-issuer = its issuer is not among those that the office lists
missed-trusted-issuer = the office does not list its issuer as approved
missed-alignment = it is not aligned to a standard that is asked for
missed-tag = it is in none of the stacks that are asked for
missed-menu = it is not on the menu that is asked for
missed-receipt = only receipts are accepted
why-no-hours = It does not say how many hours of work it took, and this office goes by them. Ask its issuer for one that does.
why-too-few-hours = It took { $hours }, and this office asks for { $least } at least.
why-no-date = It does not say when you earned it, and this office goes by that.
why-awarded-later = You earned it on { $awarded }. This counts what was earned up to { $on }.
why-outside-window = You earned it on { $awarded }. This office counts what was earned from { $from } to { $until }.
why-deadline-passed = The deadline has passed. Claims are taken again from { $opens } on.
why-stated-otherwise = You did not state: { $text }
why-not-approved = The office did not approve: { $text }
why-already-counted = It was counted already.
why-same-credential = It is the same one as { $other }.
why-same-achievement = It is for the same skill as { $other }, which counts once.
why-unrelated = It belongs to no stack and no standard that another could share.
why-limit-reached = This office's limit is reached without it. It stays free for another use.
why-beyond-table = The highest row, { $row }, is reached without it. It stays free for another use.
why-undecided = It counts if the check can be finished: something that it needs could not be had. Try again later.
why-belongs-open = It counts once you show the office that it is yours.
why-license-unknown = It counts if your license covers the day on which you earned it.
why-menu-unknown = It counts if it is on the menu of { $menu }, which is not known here. Give that committee's signed statement along with it.
why-statement-missing = It counts if you can state: { $text }
why-approval-pending = It counts if the office approves: { $text }
why-more-related =
    { $count ->
        [one] It counts with one more micro-credential of { $by }.
       *[other] It counts with { $count } more micro-credentials of { $by }.
    }
why-alone = Or: { $text }
why-more-hours = It counts with { $hours } of further work.
why-more-for-row = It counts once { $row } is reached, with { $more } more.
why-suggest-related =
    { $count ->
        [one] One more micro-credential of { $by } would make { $amount }.
       *[other] { $count } more micro-credentials of { $by } would make { $amount }.
    }
why-suggest = { $more } of further work would add { $amount }.
why-suggest-row = { $more } more reach { $row }, which adds { $amount }.
why-limit-held = This office's limit was reached: { $most }.
why-excludes = One use only: { $says }
why-deadline = File it by { $day }.
why-hours-left-over = Of these, { $hours } are left over and add nothing to a later claim: file together what is to count together.
why-approved-by = { $by } approved: { $text }
why-not-approved-by = { $by } did not approve: { $text }
why-not-exhaustive = There are too many ways of putting them together to try all; more might count.

## Problems
to-the-start = To the start
request-id = Request { $id }
problem-not-found = There is nothing here
problem-not-found-do = The link may be incomplete: copy the whole of it. If it is whole, ask whoever gave it to you.
problem-private = Kept private
problem-private-do = Whoever earned this micro-credential keeps its page private. Ask them for a link that they share, or for the file itself: it can be checked here like any other.
problem-withdrawn-by-holder = Withdrawn by its holder
problem-withdrawn-by-holder-do = Whoever earned this micro-credential had its data removed from here. Only whether it was revoked is still kept; a copy of the file can still be checked.
problem-foreign-origin = Sent from another site
problem-foreign-origin-do = This form came from a page that is not ours. Open the page itself, and send it from there.
problem-too-many-requests = One moment, please
problem-too-many-requests-do = Too many came from your network at once. Wait a minute, then load the page again.
problem-unavailable = Not available just now
problem-unavailable-do = Load the page again in a moment. It says nothing about any micro-credential.
problem-internal = Something went wrong on our side
problem-internal-do = Load the page again. If it stays like this, tell whoever runs this service the request below. It says nothing about any micro-credential.
problem-unreadable = This address cannot be read
problem-unreadable-do = The link may be incomplete: copy the whole of it.
problem-method-not-allowed = This address is for something else
problem-method-not-allowed-do = Go back to the page that you came from, and try again.
problem-other = This did not work
problem-other-do = What was wrong, in the words of the service:

## What can be done about a problem
remedy-original = Ask the holder for the file as the issuer handed it out; if that does not hold either, the issuer has to sign it anew.
remedy-try-later = Try again later; if it stays like this, the issuer has to bring the address back.
remedy-give-whole = Give the file or link that the issuer handed out, whole and unchanged.
remedy-make-smaller = The issuer has to hand out one that is smaller: nobody checks what grows without end.
remedy-fewer-at-once = Verify fewer credentials at once.
remedy-alone = Verify it alone, as its issuer handed it out.
remedy-ask-for-signed = Ask the issuer for the signed one: as it is, nobody vouches for it.
remedy-ask-holder-to-sign = Ask the holder to sign the presentation.
remedy-ask-issuer-first = Ask the issuer whether they awarded it; do not rely on it before.
remedy-foreign-key = Do not rely on it; the issuer has to sign with a key that its own document lists for signing credentials.
remedy-sign-with-key-in-use = The issuer has to sign it anew with a key that is in use.
remedy-holder-key = The holder has to sign with a key that their own document lists for authentication.
remedy-ask-why-revoked = Ask the issuer why; a revoked credential does not come back.
remedy-ask-why-suspended = Ask the issuer; a suspension may be lifted.
remedy-ask-for-successor = Ask the holder for the one that replaces it.
remedy-ask-for-newer = Ask the holder whether there is a newer one.
remedy-wait = Wait until it starts, or check the clock of this machine.
remedy-ask-why-gone = Ask the issuer: it shows this credential no longer.
remedy-publish-list-anew = Try again later; the issuer has to publish its status list anew.
remedy-mend-list = The issuer has to mend its status list or the credential's entry in it; until then nobody can tell whether it is revoked.
remedy-pin-context = The operator of this verifier can pin the context; else the issuer has to use contexts that are well known.
remedy-sign-all-that-is-read = The issuer has to write it so that all that is read is signed, and sign it anew.
remedy-usual-form = Use a verifier that knows this kind, or ask the issuer for one in a usual form.
remedy-without-endorsement = Read the credential without this endorsement.
remedy-repeat-claims = The issuer's software has to repeat in the JWT's claims what the credential says, and sign it anew.
remedy-rely-on-issuers-copy = Rely on the issuer's copy.
remedy-signature-decides = Nothing, where the JWT holds; its signature decides.
remedy-from-now-on = Nothing for its holder; the issuer can mend it in what it awards from now on.
remedy-give-link = Give a link that starts with https:.
remedy-give-one = Give a file with one credential; the holder knows which is meant.
remedy-ask-for-credential = Ask the holder for the credential itself.
remedy-correct = The issuer has to correct this and sign the credential anew.

## The earner's own page
manage-kind = Yours to decide
manage-lead = You earned this micro-credential. Here you decide what others see of it.
manage-secret = Whoever has the address of this page can decide in your place. Keep it to yourself; to show others what you earned, make a share link below.
manage-corrected = Your issuer corrected this micro-credential; another one counts in its place. What you kept private is private there too. It has a private page of its own, whose address your issuer gives you: make new share links there, for those below lead to this one still.
manage-page = Its page
page-shown = Shown
page-shown-means = Whoever has the link sees your name, what you showed, and the evidence that you leave open.
page-hidden = Hidden
page-hidden-means = The link says whether the micro-credential holds, and that you keep the rest private. Your share links show all of it still.
page-hidden-evidence =
    { $count ->
        [one] One piece of evidence is open all the same, for whoever has its link. Close it under:
       *[other] { $count } pieces of evidence are open all the same, for whoever has their links. Close them under:
    }
hide-evidence =
    { $count ->
        [one] Close the open evidence together with the page. Its link is in every copy of the file.
       *[other] Close the { $count } open pieces of evidence together with the page. Their links are in every copy of the file.
    }
act-hide = Hide the page
act-show = Show the page
robots-refused = Not in search engines
robots-refused-means = Search engines are asked not to list the page.
robots-allowed = In search engines
robots-allowed-means = Search engines may list the page under your name.
act-allow-robots = Let search engines list it
act-refuse-robots = Keep it out of search engines
manage-evidence-note = What you open here can be opened by whoever has the micro-credential, from the page or from its files. Look for students' names and faces before you open anything.
evidence-open = open
evidence-number = Evidence { $count }
evidence-direct = Your issuer wrote this address into the signed micro-credential itself, so it cannot be closed here.
act-open = Open it to others
act-open-which = Open it to others: evidence { $count }
act-close = Close it
act-close-which = Close it: evidence { $count }
share-links = Share links
share-note = One link for each place that you give it to: what you withdraw in one place stays in the others. Views are counted, and nothing is kept about who looked.
share-made = Made on { $date }.
share-until = Works through { $date }.
share-no-end = Works until you withdraw it.
share-shows =
    { $count ->
        [0] Shows no evidence.
        [one] Shows one piece of evidence.
       *[other] Shows { $count } pieces of evidence.
    }
share-views =
    { $count ->
        [0] Not viewed yet.
        [one] Viewed once.
       *[other] Viewed { $count } times.
    }
act-withdraw = Withdraw it
act-withdraw-which = Withdraw it: { $name }
share-new = Make a share link
share-name = What it is for
share-name-hint = Only you see this, as in: résumé 2026
share-evidence = Evidence that it shows, even what is closed on the page
share-last-day = Last day
share-last-day-hint = Leave it empty for no end.
act-share = Make the link
share-past = Links that have ended
share-was-withdrawn = You withdrew it.
share-was-until = It worked through { $date }.
manage-end = This private page
manage-end-open = End this private page
manage-end-means = Its address stops working for everybody, you as well. What you decided stays as it is. Do this if somebody else has the address; your issuer can send you another.
act-end = End it
mistake-there = Go there
mistake-name-missing = Say what the link is for, so that you know it again.
mistake-name-too-long = Say what the link is for in at most 100 letters.
mistake-name-taken = You have a link of this name. Choose another name, or withdraw that one first.
mistake-day-unreadable = Give the last day as a date, or leave it empty.
mistake-day-past = That day is over. Choose one from today on, or leave it empty.
mistake-too-many = You have 50 links, and more are not kept. Withdraw one that you need no longer.
mistake-gone = What you wanted to change is not there any more. This is how things stand now.
done-open = The evidence is open now.
done-close = The evidence is closed now.
done-hide = The page is hidden now.
done-show = The page is shown now.
done-allow-robots = Search engines may list the page now.
done-refuse-robots = Search engines are asked not to list the page now. Those that have it may take a while to drop it.
done-share = The link is made. Copy it from the list below.
done-withdraw = The link is withdrawn. Whoever opens it is told so, kindly.

## Kept private, or ended, by its holder
private-title = Kept private by its holder
private-means = This micro-credential was awarded, and the answer above is on it. Who earned it keeps the rest private.
private-do = To see more, ask them for a share link, or for the file itself, which you can check here.
private-issuer = Who awarded it
share-withdrawn = This link was withdrawn
share-withdrawn-means = Who earned the micro-credential shared it here for a time, and has withdrawn this link. That says nothing against the micro-credential.
share-withdrawn-do = Ask them for another link if you still need it.
share-ended = This link has ended
share-ended-means = Who earned the micro-credential shared it here for a time that is over. That says nothing against the micro-credential.
share-ended-do = Ask them for another link if you still need it.
manage-ended = Your private page has ended
manage-ended-means = Its address works for nobody any more. What you decided stays as it is.
manage-ended-do = If you want to change something later, ask your issuer for another address.
forgotten = Withdrawn by its holder
forgotten-means = Who earned this micro-credential had their data removed from this service. That says nothing against it.
forgotten-do = If they gave you the file itself, you can still check it here: whether it was revoked is known as before.
problem-share-link-ended = This link has ended
problem-share-link-ended-do = Who shared the micro-credential ended this link. That says nothing against it; ask them for another.
