"""Readers as other tools give them out: of each file only "in" may be mailed."""

EXPORTS = {
    "mailchimp, everybody": """\
Email Address,First Name,Address,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,\
UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,UNSUB_REASON_OTHER,CLEAN_TIME,LAST_CHANGED,LEID,EUID,NOTES,TAGS
in@example.com,A,"1 Quay Street, Exampletown",2,,2024-01-01 08:00:00,,,,,,2024-01-01,1,a,,"vip"
left@example.com,B,,2,,2024-01-01 08:00:00,2024-02-01 09:00:00,Morning,N/A,,,2024-01-01,2,b,,
cleaned@example.com,C,,2,,2024-01-01 08:00:00,,,,,2024-02-01 09:00:00,2024-01-01,3,c,,
never@example.com,D,,2,2024-01-01,,,,,,,2024-01-01,4,d,,
""",
    "listmonk": """\
uuid,email,name,attributes,status,created_at,updated_at
1,in@example.com,A,"{""city"": ""Doha""}",enabled,2024-01-01T08:00:00Z,2024-01-01T08:00:00Z
2,blocked@example.com,B,{},blocklisted,2024-01-01T08:00:00Z,2024-01-01T08:00:00Z
3,off@example.com,C,{},disabled,2024-01-01T08:00:00Z,2024-01-01T08:00:00Z
""",
    "ghost": """\
id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,\
deleted_at,labels,tiers
1,in@example.com,A,,true,false,,2024-01-01T08:00:00.000Z,,,
2,left@example.com,B,,false,false,,2024-01-01T08:00:00.000Z,,,
3,gone@example.com,C,,true,,,2024-01-01T08:00:00.000Z,2024-02-01T08:00:00.000Z,,
""",
    "substack": """\
email,active_subscription,expiry,plan,email_disabled,digest_enabled,created_at,first_payment_at
in@example.com,false,,other,false,true,2024-01-01T08:00:00.000Z,
off@example.com,false,,other,true,true,2024-01-01T08:00:00.000Z,
paid@example.com,true,2026-01-01,yearly,true,false,2024-01-01T08:00:00.000Z,2024-01-02
""",
    "mailpoet": """\
"Email","First name","Last name","List status","Global status","Segment"
"in@example.com","A","B","subscribed","subscribed","Newsletter"
"left@example.com","A","B","unsubscribed","subscribed","Newsletter"
"bounced@example.com","A","B","subscribed","bounced","Newsletter"
"never@example.com","A","B","subscribed","unconfirmed","Newsletter"
"asleep@example.com","A","B","subscribed","inactive","Newsletter"
""",
    "brevo": """\
CONTACT ID;EMAIL;LASTNAME;FIRSTNAME;SMS;BLACKLIST;DOUBLE_OPT-IN;ADDED_TIME;MODIFIED_TIME
1;in@example.com;A;B;;false;Yes;2024-01-01;2024-01-01
2;black@example.com;A;B;;true;Yes;2024-01-01;2024-01-01
3;never@example.com;A;B;;false;No;2024-01-01;2024-01-01
""",
    "beehiiv": """\
Email,Status,Created At,Subscription Tier,UTM Source,Referral Code
in@example.com,active,2024-01-01,free,web,x1
left@example.com,inactive,2024-01-01,free,web,x2
never@example.com,pending,2024-01-01,free,web,x3
wait@example.com,needs approval,2024-01-01,free,web,x4
invalid@example.com,invalid,2024-01-01,free,web,x5
""",
    "campaign monitor": """\
Email Address,Name,Date,State,Consent to Track
in@example.com,A,2024-01-01,Active,No
left@example.com,B,2024-01-01,Unsubscribed,Yes
bounced@example.com,C,2024-01-01,Bounced,Unspecified
gone@example.com,D,2024-01-01,Deleted,Unspecified
never@example.com,E,2024-01-01,Unconfirmed,Yes
""",
    "aweber": """\
Email,Name,Message,Date Added,Stop Time,Stop Status,Misc,Ad Tracking
in@example.com,A,1,2024-01-01 08:00:00,,,,
left@example.com,B,1,2024-01-01 08:00:00,2024-02-01 08:00:00,unsubscribed,,
""",
    "kit": """\
email,first_name,status,created_at,tags
in@example.com,A,active,2024-01-01,"vip, doha"
left@example.com,B,cancelled,2024-01-01,
bounced@example.com,C,bounced,2024-01-01,
angry@example.com,D,complained,2024-01-01,
""",
    "mailtrain": """\
email,first_name,status,created
coded@example.com,A,2,2024-01-01
in@example.com,B,subscribed,2024-01-01
""",
    "constant contact": """\
Email address,First name,Email permission status,Confirmed Opt-Out Date,Confirmed Opt-Out Reason
in@example.com,A,Express,,
left@example.com,B,Express,2024-02-01,Too many
temp@example.com,C,Temp hold,,
""",
    "hubspot": """\
Email,Unsubscribed from all email,Email hard bounce reason,City,State/Region
in@example.com,false,,Doha,Doha
left@example.com,true,,Doha,Doha
bounced@example.com,,Unknown user,Doha,Doha
""",
    "shopify": """\
First Name,Email,Accepts Email Marketing,Accepts SMS Marketing,Address1,City,Tags,Note
A,in@example.com,yes,no,1 Quay Street,Doha,,
B,left@example.com,no,yes,1 Quay Street,Doha,,
""",
    "by hand, in German": "E-Mail;Vorname;Abgemeldet\nin@example.com;A;\nleft@example.com;B;ja\n",
    "by hand, in French": "Adresse e-mail;Désabonné le\nin@example.com;\nleft@example.com;1/2/24\n",
    "by hand, in Arabic": "البريد الإلكتروني,الحالة\nin@example.com,نشط\nleft@example.com,ملغى\n",
    "by hand, ticks": "email\tnewsletter opt-out\nin@example.com\t\nleft@example.com\t✓\n",
    "from a database": """\
email,unsubscribed,deleted_at
in@example.com,f,\\N
left@example.com,t,\\N
""",
}
