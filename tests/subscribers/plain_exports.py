"""Readers as other tools give them out, all of whom may be mailed: the usual columns, filled in."""

PLAIN = {
    "mailchimp": """\
Email Address,First Name,Last Name,Address,Phone Number,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,\
CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,\
NOTES,TAGS
in1@example.com,A,B,"1 Quay Street, Exampletown",,2,2024-01-01 08:00:00,192.0.2.1,\
2024-01-01 08:00:00,192.0.2.1,51.5,-0.1,0,1,Europe/London,gb,eng,2024-01-01,1,a,,\
\"""vip"",""2024\"""
in2@example.com,,,,,2,,,2024-01-01 08:00:00,192.0.2.1,,,,,,,,2024-01-01,2,b,Cash; left-handed,
""",
    "listmonk": """\
uuid,email,name,attributes,status,created_at,updated_at
1,in1@example.com,A,"{""city"": ""Doha"", ""state"": ""IL"", ""unsubscribed"": false}",\
enabled,2024-01-01,2024-01-01
2,in2@example.com,B,{},enabled,2024-01-01,2024-01-01
""",
    "mailpoet": """\
Email,First name,Last name,Status,List status,Global status,Subscribed date,\
Last subscribed at,Segment
in1@example.com,A,B,subscribed,subscribed,subscribed,2024-01-01,2024-01-01,News
in2@example.com,A,B,subscribed,subscribed,subscribed,2024-01-01,,News
""",
    "beehiiv": """\
email,status,created_at,subscription_tier,subscription_premium_tiers,subscription_premium_tier_names,\
utm_source,referral_count,stripe_customer_id,open_rate,click_rate,id
in1@example.com,active,2024-01-01,free,,,web,0,,45.5,2.1,1
in2@example.com,active,2024-01-01,premium,g,Gold,web,1,cus_1,0,0,2
""",
    "constant contact": """\
Email address,Email status,Email permission status,Confirmed Opt-In Date,Confirmed Opt-In Source,\
Confirmed Opt-Out Date,Confirmed Opt-Out Source,Confirmed Opt-Out Reason,City - Home,\
State/Province - Home,Zip/Postal Code - Home,Created At
in1@example.com,Active,Express,,,,,,Springfield,IL,1,2024-01-01
in2@example.com,Active,Explicit,,,,,,Springfield,NO,1,2024-01-01
""",
    "activecampaign": """\
Email,First Name,Ip Address,Subscribed Date,Subscribed Time,Unsubscribed Date,\
Unsubscribe Reason,Tags
in1@example.com,A,192.0.2.1,2024-01-01,10:00,,,
in2@example.com,B,192.0.2.1,,,,,a
""",
    "hubspot": """\
Record ID - Contact,Email,Lead Status,Lifecycle Stage,Marketing contact status,\
Opted out of email: One to One,Opted out of email: News,Currently opted out,\
Email address quarantined,Unsubscribed from all email
1,in1@example.com,New,Subscriber,Marketing contact,,,,,No
2,in2@example.com,Open,Subscriber,Marketing contact,No,No,,,No
""",
    "mailerlite": """\
Subscriber,Sent,Opens,Clicks,Subscribed,Signup IP,Confirmed
in1@example.com,3,0,0,2024-01-01 10:00:00,192.0.2.1,2024-01-01 10:00:00
in2@example.com,1,1,1,2024-01-01 10:00:00,192.0.2.1,2024-01-01 10:00:00
""",
    "buttondown": """\
id,email,subscriber_type,undeliverability_reason,unsubscription_date,unsubscription_reason,metadata
1,in1@example.com,regular,,,,{}
2,in2@example.com,regular,,,,"{""beat"": ""sport""}"
""",
    "klaviyo": """\
Email,Email Marketing Consent,Email Marketing Consent Timestamp,Email Suppressions,Last Open
in1@example.com,SUBSCRIBED,2024-01-01,[],2024-02-01
in2@example.com,SUBSCRIBED,,,
""",
    "wix": """\
First Name,Email 1,Email 1 - Type,Email subscriber status,Last Activity Date (UTC+0),Language
A,in1@example.com,Main,Subscribed,2024-01-01,en-us
B,in2@example.com,Main,Subscribed,,en-us
""",
    "shopify": """\
Customer ID,Email,Accepts Email Marketing,Total Spent,Total Orders,Tax Exempt,Tags
1,in1@example.com,yes,0.00,0,no,
2,in2@example.com,yes,9.00,1,yes,
""",
    "woocommerce": """\
Customer,Email,Username,Last Active,Signup,Orders,Total spend,AOV,Country
A,in1@example.com,a,2024-01-01,2024-01-01,0,0,0,GB
B,in2@example.com,b,,2024-01-01,1,1,1,GB
""",
    "civicrm": """\
Contact ID,Email,Do Not Email,Do Not Phone,Do Not Trade,No Bulk Emails (User Opt Out),On Hold
1,in1@example.com,No,Yes,Yes,No,No
2,in2@example.com,No,No,No,No,No
""",
    "mailjet": """\
email,createdat,IsExcludedFromCampaigns,isunsubscribed,is_opt_in_pending
in1@example.com,2024-01-01,false,false,false
in2@example.com,2024-01-01,false,false,false
""",
    "phplist": """\
id,email,confirmed,blacklisted,optedin,bouncecount,entered,htmlemail,subscribepage,disabled
1,in1@example.com,1,0,1,0,2024-01-01,1,1,0
2,in2@example.com,1,0,1,0,2024-01-01,0,,0
""",
    "cleverreach": """\
E-Mail;Aktiv;Bounced;Registrierung;Aktivierung;Abmeldung;Quelle;Vorname
in1@example.com;1;0;2024-01-01;2024-01-01;;import;A
in2@example.com;1;0;2024-01-01;2024-01-01;;import;B
""",
    "by hand: purchases and visits": """\
email,last_purchase,renewal date,Date of last visit,trial end,is_paying,gift,VIP,print subscriber
in1@example.com,2024-01-01,,2024-01-01,,yes,no,no,no
in2@example.com,,2024-01-01,,2024-05-01,no,yes,yes,yes
""",
    "by hand: newsletter, yes or no": """\
Email,Newsletter
in1@example.com,yes
in2@example.com,x
""",
    "by hand: newsletter, which": """\
Email,Newsletter
in1@example.com,Morning
in2@example.com,Evening
""",
    "by hand, in German": """\
E-Mail;Anrede;PLZ;Ort;Geburtsdatum;Kundennummer;Quelle;Anmeldedatum;Werbesperre
in1@example.com;Frau;1;Y;1970-01-01;5;Web;2024-01-01;nein
in2@example.com;Herr;1;Y;;6;Web;;nein
""",
    "by hand, in Arabic": """\
البريد الإلكتروني,الاسم,المدينة,تاريخ الاشتراك
in1@example.com,سيف,الدوحة,2024-01-01
in2@example.com,هند,الدوحة,
""",
    "by hand, in French": """\
E-mail;Prénom;Inscrit le
in1@example.com;A;23/01/2024
in2@example.com;B;
""",
}
