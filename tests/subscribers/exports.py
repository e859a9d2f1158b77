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
    "by hand, in Greek": "Email,Κατάσταση\nin@example.com,Ενεργός\nleft@example.com,Διαγραμμένος\n",
    "by hand, in Czech": "E-mail,Stav\nin@example.com,aktivní\nleft@example.com,odhlášen\n",
    "by hand, in Turkish": "E-posta,Durum\nin@example.com,Aktif\nleft@example.com,Pasif\n",
    "by hand, in Chinese": "电子邮件,状态\nin@example.com,已订阅\nleft@example.com,已退订\n",
    "by hand, in Japanese": """\
メールアドレス,状況
in@example.com,購読中
left@example.com,配信停止
""",
    "by hand, in Hebrew": "אימייל,סטטוס\nin@example.com,פעיל\nleft@example.com,הוסר\n",  # noqa: RUF001 - Hebrew
    "by hand, newsletter": "email,Newsletter\nin@example.com,yes\nleft@example.com,no\n",
    "by hand, a sign": "email,Status\nin@example.com,✅ active\nleft@example.com,unsubscribed ❌\n",
    "mailgun, refused": "address,error,created_at\nin@example.com,,\nleft@example.com,No box,1\n",
    "acymailing": "email;confirmed;active\nin@example.com;1;1\nleft@example.com;1;0\n",
    "hubspot, one kind": """\
Email,Opted out of email: News,Email address quarantined,Currently opted out
in@example.com,,,
left@example.com,true,,
held@example.com,,Yes,
gone@example.com,,,Yes
""",
    "mailjet": """\
email,isunsubscribed,is_excluded_from_campaigns,is_opt_in_pending
in@example.com,false,false,false
left@example.com,true,false,false
out@example.com,false,true,false
never@example.com,false,false,true
""",
    "klaviyo": """\
Email,Email Marketing Consent,Email Suppressions
in@example.com,SUBSCRIBED,[]
left@example.com,UNSUBSCRIBED,
bounced@example.com,SUBSCRIBED,"[{""reason"": ""HARD_BOUNCE""}]"
""",
    "buttondown, types": """\
email,subscriber_type
in@example.com,premium
left@example.com,unsubscribed
never@example.com,unactivated
gone@example.com,removed
""",
    "mailpoet, in French": """\
Email;Statut;Statut de la liste;Statut global
in@example.com;Abonné;Abonné;Abonné
left@example.com;Désabonné;Abonné;Abonné
gone@example.com;Abonné;Abonné;Inactif
bounced@example.com;Abonné;Abonné;Rejeté
""",
    "mailpoet, in German": """\
E-Mail;Status;Listenstatus;Globaler Status
in@example.com;Abonniert;Abonniert;Abonniert
left@example.com;Abgemeldet;Abonniert;Abonniert
never@example.com;Abonniert;Unbestätigt;Abonniert
""",
    "mailpoet, in Italian": """\
Email;Stato;Stato globale
in@example.com;Iscritto;Iscritto
left@example.com;Iscritto;Non iscritto
""",
    "sendgrid": """\
email,global_unsub,suppression_groups,bounced_at
in@example.com,,,
left@example.com,TRUE,,
gone@example.com,,News,
bounced@example.com,,,1716543000
""",
    "phplist, bounces": """\
id,email,confirmed,Is the subscriber blacklisted,Number of bounces
1,in@example.com,1,0,0
2,left@example.com,1,1,0
3,bounced@example.com,1,0,4
""",
    "by hand, in Russian": """\
Email;Статус;Дата отписки
in@example.com;Активен;
left@example.com;Активен;1.2.2024
""",
    "by hand, in Norwegian": "E-post;Avmeldt dato\nin@example.com;\nleft@example.com;1.2.2024\n",
    "by hand, in Swedish": "E-post;Avprenumererad\nin@example.com;Nej\nleft@example.com;Ja\n",
    "by hand, in Hungarian": """\
E-mail cím;Leiratkozás dátuma
in@example.com;
left@example.com;2024.01.02.
""",
    "by hand, in Korean": "이메일,수신동의\nin@example.com,예\nleft@example.com,아니요\n",
    "by hand, in Chinese, yes or no": "邮箱,是否退订\nin@example.com,否\nleft@example.com,是\n",
    "by hand, newsletter in German": """\
E-Mail;Newsletter
in@example.com;Ja
left@example.com;Nein
""",
    "by hand, no newsletter": "email,No newsletter\nin@example.com,\nleft@example.com,x\n",
    "by hand, ticks": "email\tnewsletter opt-out\nin@example.com\t\nleft@example.com\t✓\n",
    "from a database": """\
email,unsubscribed,deleted_at
in@example.com,f,\\N
left@example.com,t,\\N
""",
    "by hand, never confirmed as a program writes it": """\
email,confirmed_at
in@example.com,2024-01-01 08:00:00
go@example.com,0001-01-01T00:00:00Z
seconds@example.com,1970-01-01 03:00:00
sheet@example.com,30/12/1899
none@example.com,#N/A
""",
    "by hand, never left as a program writes it": """\
email,unsubscribed_at
in@example.com,0001-01-01T00:00:00Z
left@example.com,2024-02-01
lost@example.com,1970-01-01
""",
    "by hand, mailto": """\
email,status
in@example.com,active
left@example.com,active
mailto:left@example.com?subject=Hello,unsubscribed
""",
    "by hand, a sheet's texts": """\
email,status
"=""in@example.com""\",active
"=""left@example.com""\",unsubscribed
""",
    "by hand, digits in Arabic": "email,unsubscribed\nin@example.com,٠\nleft@example.com,١\n",  # noqa: RUF001 - Arabic
}
