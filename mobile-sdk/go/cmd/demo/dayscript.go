package main

import (
	"strings"
	"time"
)

// dayScript writes the script of the day: what six tablets and two desks did, in the lines of package scenario. It
// stands beside the demo's data afterwards, so that anybody can read what was played.
func dayScript(c *cast, date time.Time) string {
	day := date.Format(time.DateOnly)
	fill := []string{"DAY", day, "PHYSICIAN", c.physician, "PHARMACIST", c.pharmacist,
		"PHYSICDESK", strings.Replace(c.physician, "doctor", "clinic-tablet", 1),
		"PHARMACDESK", strings.Replace(c.pharmacist, "pharmacist", "pharmacy-tablet", 1)}
	for _, n := range []string{"1", "2", "3"} {
		fill = append(fill, "NURSE"+n, c.names["nurse-"+n])
	}
	for i, r := range c.patients {
		n := string(rune('1' + i))
		fill = append(fill, "PATIENT"+n, r.chart, "RECORD"+n, "stream="+r.stream()+" id="+r.id(), "DOSE"+n, day+"/"+r.slot)
	}
	for i, r := range c.residents {
		n := string(rune('1' + i))
		fill = append(fill, "RESIDENT"+n, r.chart, "KEPT"+n, "stream="+r.stream()+" id="+r.id(), "MEAL"+n, day+"/"+r.slot)
	}
	return strings.NewReplacer(fill...).Replace(dayText)
}

// dayText is the day. Names in capitals are filled in from the world.
const dayText = `# 訪問看護ステーションとグループホームの一日。A day of a visiting-nurse station and a group home.
tablet N1 nurse-1 device=station-tablet-1
tablet N2 nurse-2 device=station-tablet-2
tablet N3 nurse-3 device=station-tablet-3
tablet U1 care-1 device=home-tablet-1
tablet U2 care-2 device=home-tablet-2
tablet U3 care-3 care-4 device=home-tablet-3
tablet DOCTOR PHYSICIAN device=PHYSICDESK
tablet PHARMACY PHARMACIST device=PHARMACDESK
record order1 RECORD1
record order2 RECORD2
record pills1 KEPT1
record pills2 KEPT2

scene ja="6時50分 グループホームの朝。早番と日勤が、それぞれの端末で起床・朝食・内服を記録する（まだ同期していない）" en="6:50, morning at the home: early and day shift write on a tablet each, not yet synchronised"
U1 vitals temp1 chart=RESIDENT1 at=06:55 temp=36.4 pulse=72 bp=128/74 spo2=97
-> saved on this tablet
U2 vitals temp2 chart=RESIDENT2 at=07:00 temp=36.6 pulse=70 bp=118/66 spo2=96
-> saved on this tablet
U1 note meal1 chart=RESIDENT1 at=08:05 text="朝食 主食8割・副食10割、みそ汁全量。お茶150mL。むせなし。"
-> saved on this tablet
U2 note meal2 chart=RESIDENT2 at=08:05 text="朝食 主食5割・副食6割。「もうお腹いっぱい」。牛乳100mL。"
-> saved on this tablet
scene ja="8時20分 同じ方の同じ薬を、二人が別々の端末に「服用」と記録する" en="8:20: two people record the same dose of the same resident, each on their own tablet"
U1 dose early chart=RESIDENT1 at=08:18 order=pills1 slot=MEAL1 outcome=watched
-> saved on this tablet
U2 dose day chart=RESIDENT1 at=08:24 order=pills1 slot=MEAL1 outcome=watched
-> saved on this tablet
U1 sync
-> vitals temp1: applied
-> note meal1: applied
-> dose early: applied
U2 sync
-> vitals temp2: applied
-> note meal2: applied
-> dose day: applied
U1 sync
U1 shows early

scene ja="8時40分 看護師三人が訪問に出る。端末は朝に同期済み" en="8:40: three nurses set out; their tablets were synchronised in the morning"
scene ja="9時05分 NURSE1：一件目。トンネルで一度送れず、次は返事だけが届かない" en="9:05, nurse-1's first visit: a tunnel loses the request, then only the answer"
N1 vitals visit1 chart=PATIENT1 at=09:08 temp=36.5 pulse=76 rr=16 bp=132/74 spo2=97
-> saved on this tablet
N1 note soap1 chart=PATIENT1 at=09:30 format=soap s="「昨日はよく歩いたよ」" o="表情明るい。下腿の圧痕わずかにあり。お薬カレンダーに飲み残しなし。" a="浮腫の経過をみる必要あり。" p="足を上げて休むよう説明。次回も確認する。"
-> saved on this tablet
N1 dose taken1 chart=PATIENT1 at=09:15 order=order1 slot=DOSE1 outcome=found-taken
-> saved on this tablet
N1 sync request-lost
-> no answer
N1 sync answer-lost
-> no answer
N1 sync
-> vitals visit1: applied, known before
-> note soap1: applied, known before
-> dose taken1: applied, known before

scene ja="10時20分 NURSE1：二件目。体温の打ち間違いは端末がその場で止める" en="10:20, nurse-1's second visit: a slip of the finger is stopped on the tablet"
N1 vitals slip chart=PATIENT2 at=10:24 temp=63.5
-> refused: Temperature must be within 20.0–46.0 °C; check it and enter it again.
N1 vitals visit2 chart=PATIENT2 at=10:24 temp=36.5 pulse=68 bp=126/70 spo2=98
-> saved on this tablet
N1 note soap2 chart=PATIENT2 at=10:50 format=soap s="「変わりないよ」" o="呼吸音清。皮膚の乾燥あり、保湿剤を塗布。" a="安定している。" p="水分をこまめにとるよう説明。"
-> saved on this tablet
N1 sync
-> vitals visit2: applied
-> note soap2: applied

scene ja="10時30分 NURSE2：訪問中に、PATIENT3 さんの担当が今朝で終わっていた（端末は圏外で知らない）" en="10:30, nurse-2: the assignment to PATIENT3 has ended, and the tablet, offline, does not know"
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
scene ja="11時50分 NURSE1が内容を確かめて引き取る。消えたものはない" en="11:50: nurse-1 looks at what is held and releases it; nothing was lost"
N1 release visit3 because="訪問は事実。内容を確認した"
-> released
N1 release soap3 because="訪問は事実。内容を確認した"
-> released
N2 sync

scene ja="12時10分 グループホームの昼。食事と水分" en="12:10, noon at the home: meals and fluids"
U1 note lunch1 chart=RESIDENT1 at=12:30 text="昼食 全量摂取。お茶200mL。食後は居間で歌番組を見て笑顔。"
-> saved on this tablet
U2 note lunch2 chart=RESIDENT2 at=12:35 text="昼食 主食3割・副食4割。水分80mL。午後に再度すすめる。"
-> saved on this tablet
U2 note worry chart=RESIDENT2 at=12:40 format=handover text="朝から食事が進みません。水分と検温をお願いします。" to="遅番" important=yes
-> saved on this tablet
U1 sync
-> note lunch1: applied
U2 sync
-> note lunch2: applied
-> note worry: applied

scene ja="13時20分 同じ処方を、看護師は「保留」、薬剤師は「減量」に。二人とも相手を知らない" en="13:20: of one order, the nurse writes a hold, the pharmacist a smaller dose; neither knows of the other"
N1 amend order1 state=on-hold because="ふらつきの訴え、主治医に確認するまで保留"
-> saved on this tablet
PHARMACY amend order1 amount=0.5 because="主治医と電話、減量の提案"
-> saved on this tablet
N1 sync
-> amend order1: applied
PHARMACY sync
-> amend order1: conflict
DOCTOR sync
DOCTOR shows order1
scene ja="13時50分 医師が二つを見比べて決める" en="13:50: the physician sees both and decides"
DOCTOR resolve order1 state=active amount=0.5 because="半量で継続とする"
-> saved on this tablet
DOCTOR sync
-> resolve order1: applied
N1 sync
N1 shows order1

scene ja="14時00分 NURSE3：午前の分を書いて同期。昼に端末が故障し、午前の複製から戻された。サーバーは書き直しの食い違いに気づき、どちらも残す" en="14:00, nurse-3: the tablet breaks after a morning's work, and is restored from an older copy; the server notices that its author had not seen the newer value, and keeps both"
N3 vitals visit5 chart=PATIENT5 at=09:20 temp=36.6 pulse=74 bp=130/76 spo2=97
-> saved on this tablet
N3 copy
N3 amend visit5 temp=36.7 because="読み直し"
-> saved on this tablet
N3 vitals visit6 chart=PATIENT6 at=11:10 temp=36.3 pulse=64 bp=116/64 spo2=98
-> saved on this tablet
N3 sync
-> vitals visit5: applied
-> amend visit5: applied
-> vitals visit6: applied
N3 restored
N3 amend visit5 temp=36.9 because="測り直し"
-> saved on this tablet
N3 sync
-> amend visit5: conflict
N3 resolve visit5 temp=36.7 because="午前の読み直しが正しい"
-> saved on this tablet
N3 sync
-> resolve visit5: applied

scene ja="15時10分 古い版のアプリの端末。知らない項目には触れず、書いたものは届く" en="15:10: a tablet with an old app; what it does not know it leaves alone, and what it wrote arrives"
old nurse-4 station-tablet-4 PATIENT2 at=15:05
-> applied

scene ja="16時30分 一台の端末を、遅番と夜勤で使う" en="16:30: one tablet, two shifts"
U3 vitals evening chart=RESIDENT2 at=16:40 temp=37.3 pulse=84 bp=112/60 spo2=96
-> saved on this tablet
U3 note dinner chart=RESIDENT3 at=18:20 text="夕食 主食9割・副食8割。水分180mL。「おいしかった」。"
-> saved on this tablet
U3 note handed chart=RESIDENT2 at=20:40 format=handover text="37.3℃、食事3割。22時と2時に検温、尿の色を見てください。" to="夜勤" important=yes
-> saved on this tablet
U3 vitals night by=care-4 chart=RESIDENT2 at=22:05 temp=37.6 pulse=88 spo2=95
-> saved on this tablet
U3 note round by=care-4 chart=RESIDENT4 at=23:00 text="巡視。良眠中、寝返りあり。"
-> saved on this tablet
U3 sync
-> vitals evening: applied
-> note dinner: applied
-> note handed: applied
-> vitals night: applied
-> note round: applied
N1 sync
N2 sync
N3 sync
U1 sync
U2 sync
`
