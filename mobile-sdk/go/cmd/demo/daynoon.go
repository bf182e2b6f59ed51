package main

// noon is the day from lunch to the afternoon.
var noon = []scene{
	{0, 2, lunch},
	{1, 0, orderByTwo},
	{6, 0, restoredTablet},
	{2, 0, oldTablet},
}

const lunch = `
scene ja="12時10分 グループホームの昼。食事と水分" en="12:10, noon at the home: meals and fluids"
U1 care lunch1 chart=RESIDENT1 at=12:30 meal.time=lunch meal.staple_tenths=10 meal.side_tenths=10 meal.help=watched fluid.ml=200 fluid.what=お茶 activity="食後は居間で歌番組を見て笑顔。"
-> saved on this tablet
U2 care lunch2 chart=RESIDENT2 at=12:35 meal.time=lunch meal.staple_tenths=3 meal.side_tenths=4 meal.help=partial fluid.ml=80 fluid.what=お茶 remarks="午後にもう一度すすめる。"
-> saved on this tablet
U2 note worry chart=RESIDENT2 at=12:40 format=handover text="朝から食事が進みません。水分と検温をお願いします。" to="遅番" important=yes
-> saved on this tablet
U1 sync
-> care lunch1: applied
scene ja="12時50分 介護職員が、食べられない方の処方を「保留」にしようとする。職種では書けないため、サーバーが預かり、判断を待つ" en="12:50: a care worker puts an order on hold; the role may not write it, so the server holds the entry for somebody to decide"
story care-2 ja="処方の変更は職種では書けず、サーバーに預かりとなった（まだ判断待ち）。書いたことは消えていない。" en="a change of an order is not the role's to write: it is held, waits for a decision, and is not lost"
U2 amend pills2 state=on-hold because="昼食がほとんど入らず、薬も嫌がるため"
-> saved on this tablet
U2 sync
-> care lunch2: applied
-> note worry: applied
-> amend pills2: held, role
`

const orderByTwo = `
scene ja="13時20分 同じ処方を、看護師は「保留」、薬剤師は「減量」に。二人とも相手を知らない" en="13:20: of one order, the nurse writes a hold, the pharmacist a smaller dose; neither knows of the other"
story PHARMACIST ja="看護師と同時に同じ処方を変えた。二つの内容が並んで残り、医師が選んだ。" en="changed an order at the same time as the nurse; both values stayed, and the physician chose"
story PHYSICIAN ja="看護師の「保留」と薬剤師の「減量」を並べて見て、減量で続けると決めた。" en="saw the nurse's hold beside the pharmacist's smaller dose, and decided"
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
`

const restoredTablet = `
scene ja="14時00分 NURSE3：午前の分を書いて同期。昼に端末が故障し、午前の複製から戻された" en="14:00, nurse-3: the tablet breaks after a morning's work, and is restored from an older copy"
story nurse-3 ja="端末が古い複製に戻ったが、送ってあった記録はサーバーから戻った。書き直しの食い違いは並べて残り、自分で選んだ。" en="the tablet went back to an older copy; what it had sent came back from the server, and the rewritten reading was kept beside the other until decided"
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
-> restored: 1 known before, 1 back
-> amend visit5: conflict
N3 resolve visit5 temp=36.7 because="午前の読み直しが正しい"
-> saved on this tablet
N3 sync
-> resolve visit5: applied
`

const oldTablet = `
scene ja="15時10分 まだ更新していない古い版のアプリの端末。書いた検温は、新しいサーバーにそのまま届く" en="15:10: a tablet whose app was never updated; what it writes arrives at the newer server all the same"
story nurse-4 ja="古いアプリのままでも、書いた検温は届いた。" en="went on with an old app; the reading arrived all the same"
old nurse-4 station-tablet-4 PATIENT2 at=15:05
-> applied
`
