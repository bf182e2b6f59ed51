package main

// morning is the day until eleven: breakfast at the home, and the nurses' first visits.
var morning = []scene{
	{0, 2, breakfast},
	{0, 1, doseTwice},
	{1, 0, firstVisit},
	{2, 0, secondVisit},
	{4, 0, assignmentEnds},
}

const breakfast = `
scene ja="6時50分 グループホームの朝。早番と日勤が、それぞれの端末で検温・朝食を記録する（まだ同期していない）" en="6:50, morning at the home: early and day shift write on a tablet each, not yet synchronised"
story care-1 ja="朝の検温・食事・内服を自分の端末に書き、通信できたときに届いた。" en="wrote the morning on one tablet; it arrived with the next synchronisation"
story care-2 ja="別の端末で同じ朝を書いた。食事が進まない方のことを申し送った。" en="wrote the same morning on another tablet, and handed over that somebody eats little"
record pills2 KEPT2
U1 vitals temp1 chart=RESIDENT1 at=06:55 temp=36.4 pulse=72 bp=128/74 spo2=97
-> saved on this tablet
U2 vitals temp2 chart=RESIDENT2 at=07:00 temp=36.6 pulse=70 bp=118/66 spo2=96
-> saved on this tablet
U1 care meal1 chart=RESIDENT1 at=08:05 meal.time=breakfast meal.staple_tenths=8 meal.side_tenths=10 meal.help=watched meal.choking=no fluid.ml=150 fluid.what=お茶 remarks="みそ汁は全量。"
-> saved on this tablet
U2 care meal2 chart=RESIDENT2 at=08:05 meal.time=breakfast meal.staple_tenths=5 meal.side_tenths=6 meal.help=partial fluid.ml=100 fluid.what=牛乳 remarks="「もうお腹いっぱい」と話される。"
-> saved on this tablet
U1 sync
-> vitals temp1: applied
-> care meal1: applied
U2 sync
-> vitals temp2: applied
-> care meal2: applied
`

const doseTwice = `
scene ja="8時20分 同じ方の同じ薬を、二人が別々の端末に「服用」と記録する" en="8:20: two people record the same dose of the same resident, each on their own tablet"
story care-1 ja="同じ分の与薬記録が二つあることを端末が知らせた。どちらも消えていない。" en="was told by the tablet that one dose is recorded twice; neither record is gone"
U1 dose early chart=RESIDENT1 at=08:18 order=pills1 slot=MEAL1 outcome=watched
-> saved on this tablet
U2 dose day chart=RESIDENT1 at=08:24 order=pills1 slot=MEAL1 outcome=watched
-> saved on this tablet
U1 sync
-> dose early: applied
U2 sync
-> dose day: applied
U1 sync
U1 shows early
`

const firstVisit = `
scene ja="8時40分 看護師三人が訪問に出る。端末は朝に同期済み" en="8:40: three nurses set out; their tablets were synchronised in the morning"
scene ja="9時05分 NURSE1：一件目。トンネルで一度送れず、次は返事だけが届かない" en="9:05, nurse-1's first visit: a tunnel loses the request, then only the answer"
story nurse-1 ja="トンネルで一度は送れず、次はサーバーに届いたが返事が届かなかった。三度目の同期でそれが分かり、記録は一つずつだけある。" en="a tunnel lost what was sent, then only the answer; the third time showed that the server had everything, once each"
N1 visit round1 chart=PATIENT1 at=09:05 kind=nursing staff_id=nurse-1 staff_name="NURSE1" planned_start=DAYT09:00:00+09:00 planned_minutes=40 progress.state=started progress.started=DAYT09:05:00+09:00
-> saved on this tablet
N1 vitals visit1 chart=PATIENT1 at=09:08 temp=36.5 pulse=76 rr=16 bp=132/74 spo2=97
-> saved on this tablet
N1 dose taken1 chart=PATIENT1 at=09:15 order=order1 slot=DOSE1 outcome=found-taken source="お薬カレンダーの空包を確認"
-> saved on this tablet
N1 note soap1 chart=PATIENT1 at=09:30 format=soap s="「昨日はよく歩いたよ」" o="表情明るい。下腿の圧痕わずかにあり（写真）。お薬カレンダーに飲み残しなし。" a="浮腫の経過をみる必要あり。" p="足を上げて休むよう説明。次回も確認する。" photo="左下腿"
-> saved on this tablet
N1 amend round1 progress.state=ended progress.ended=DAYT09:42:00+09:00
-> saved on this tablet
N1 sync request-lost
-> no answer
N1 sync answer-lost
-> no answer
N1 sync
-> visit round1: applied, known before
-> vitals visit1: applied, known before
-> dose taken1: applied, known before
-> note soap1: applied, known before
-> amend round1: applied, known before
`

const secondVisit = `
scene ja="10時20分 NURSE1：二件目。体温の打ち間違いは端末がその場で止める" en="10:20, nurse-1's second visit: a slip of the finger is stopped on the tablet"
story nurse-1 ja="体温の打ち間違いは、保存の前に端末が止めた。" en="a mistyped temperature was stopped before it was saved"
N1 vitals slip chart=PATIENT2 at=10:24 temp=63.5
-> refused: Temperature must be within 20.0–46.0 °C; check it and enter it again.
N1 vitals visit2 chart=PATIENT2 at=10:24 temp=36.5 pulse=68 bp=126/70 spo2=98
-> saved on this tablet
N1 note soap2 chart=PATIENT2 at=10:50 format=soap s="「変わりないよ」" o="呼吸音清。皮膚の乾燥あり、保湿剤を塗布。" a="安定している。" p="水分をこまめにとるよう説明。"
-> saved on this tablet
N1 sync
-> vitals visit2: applied
-> note soap2: applied
`

const assignmentEnds = `
scene ja="10時30分 NURSE2：PATIENT3 さんの担当は今朝で終わっていた（端末は圏外で知らない）" en="10:30, nurse-2: the assignment to PATIENT3 has ended, and the tablet, offline, does not know"
story nurse-2 ja="担当が終わったことを知らずに書いた二件は、保留になり、同僚が確かめて受け入れた。その方のカルテは端末から消えた。" en="wrote two entries after an assignment had ended; they were held, and released by a colleague; the chart left the tablet"
grant ends nurse-2 PATIENT3
N2 vitals visit3 chart=PATIENT3 at=10:35 temp=36.8 pulse=80 bp=140/82 spo2=96
-> saved on this tablet
N2 note soap3 chart=PATIENT3 at=10:55 format=soap s="「少しふらつく」" o="立ち上がりにふらつきあり。転倒なし。" a="起立時の血圧低下に注意。" p="ゆっくり立つよう説明、家族にも伝えた。"
-> saved on this tablet
N2 vitals visit4 chart=PATIENT4 at=11:40 temp=36.4 pulse=66 bp=122/70 spo2=97
-> saved on this tablet
N2 sync
-> revoked
-> vitals visit3: held, no grant
-> note soap3: held, no grant
-> vitals visit4: applied
scene ja="11時50分 NURSE1が内容を確かめて受け入れる。消えたものはない" en="11:50: nurse-1 looks at what is held and releases it; nothing was lost"
N1 release visit3 because="訪問は事実。内容を確認した"
-> released
N1 release soap3 because="訪問は事実。内容を確認した"
-> released
N2 sync
-> vitals visit3: now applied
-> note soap3: now applied
`
