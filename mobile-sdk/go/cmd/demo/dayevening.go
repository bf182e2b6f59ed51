package main

// evening is the rest of the day, with what is left for tomorrow.
var evening = []scene{
	{1, 0, sharedDraft},
	{0, 4, twoShifts},
	{6, 0, tunnelAtDusk},
	{1, 0, worse},
	{1, 0, "N1 sync\nN2 sync\nDOCTOR sync\nPHARMACY sync\n"},
	{0, 1, "U1 sync\nU2 sync\nU3 sync\n"},
}

const sharedDraft = `
scene ja="16時10分 NURSE1の下書きを、NURSE1とNURSE2が別々に書き直す。あとの分は並べて残る（まだ判断待ち）" en="16:10: nurse-1 and nurse-2 both rewrite nurse-1's draft; the later one is kept beside the first, and still waits for a decision"
story nurse-1 ja="下書きを同僚と同時に直し、二つの文が並んで残っている（まだ判断待ち）。" en="rewrote a draft at the same time as a colleague: both texts stand beside each other, undecided"
N1 draft plan chart=PATIENT1 at=16:05 text="次回：下腿の周囲径を測る。"
-> saved on this tablet
N1 sync
-> draft plan: applied
N2 sync
N1 amend plan text="次回：下腿の周囲径と体重を測る。"
-> saved on this tablet
N2 amend plan text="次回：下腿の周囲径を測り、靴下のゴム跡も見る。"
-> saved on this tablet
N1 sync
-> amend plan: applied
N2 sync
-> amend plan: conflict
`

const twoShifts = `
scene ja="16時30分 一台の端末を、遅番と夜勤で使う" en="16:30: one tablet, two shifts"
story care-3 ja="遅番で使った端末を、そのまま夜勤に渡した。書いた人は一件ずつ区別されている。" en="handed the tablet on to the night shift; each entry has its own author"
story care-4 ja="同じ端末に夜勤として入り、申し送りに既読を付けて続きを書いた。" en="went on with the same tablet at night, marked the handover as read"
U3 vitals evening chart=RESIDENT2 at=16:40 temp=37.3 pulse=84 bp=112/60 spo2=96
-> saved on this tablet
U3 care dinner chart=RESIDENT3 at=18:20 meal.time=dinner meal.staple_tenths=9 meal.side_tenths=8 meal.help=watched fluid.ml=180 fluid.what=お茶 remarks="「おいしかった」と話される。"
-> saved on this tablet
U3 note handed chart=RESIDENT2 at=20:40 format=handover text="37.3℃、昼食は3割ほどでした。22時と2時に検温、尿の色を見てください。" to="夜勤" important=yes
-> saved on this tablet
U3 read seen by=care-4 chart=RESIDENT2 at=21:05 person_id=care-4 record_id=handed .at=DAYT21:05:00+09:00
-> saved on this tablet
U3 vitals night by=care-4 chart=RESIDENT2 at=22:05 temp=37.6 pulse=88 spo2=95
-> saved on this tablet
U3 care asleep by=care-4 chart=RESIDENT4 at=23:00 sleep.finding=asleep sleep.note="良眠中、寝返りあり。"
-> saved on this tablet
U3 sync
-> vitals evening: applied
-> care dinner: applied
-> note handed: applied
-> read seen: applied
-> vitals night: applied
-> care asleep: applied
`

const tunnelAtDusk = `
scene ja="17時40分 NURSE3：最後の訪問のあと、帰り道は圏外。一件は今夜、端末だけにある" en="17:40, nurse-3: no signal on the way back; one entry stays on the tablet for tonight"
story nurse-3 ja="最後の一件は圏外で送れず、端末に残っている（次の同期で届く）。" en="the last entry waits on the tablet for the next synchronisation"
N3 vitals last chart=PATIENT6 at=17:35 temp=36.5 pulse=66 bp=118/66 spo2=98
-> saved on this tablet
N3 sync request-lost
-> no answer
`
