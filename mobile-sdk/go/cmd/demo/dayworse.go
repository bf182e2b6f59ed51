package main

// worse is the part of the day that is played by the real clock: somebody gets worse, and the answer comes back.
const worse = `
scene ja="ここからは本物の時計で。NURSE1：PATIENT1 さんの容体が変わる" en="from here on by the real clock: nurse-1 finds PATIENT1 worse"
story nurse-1 ja="容体の変化を書いた。医師に通知が届き、臨時の指示が端末に来て、指示受けをした。" en="wrote down that somebody was worse; the physician was told, and an instruction came back to the tablet and was received"
DOCTOR phone
N1 vitals worse chart=PATIENT1 temp=38.9 pulse=118 rr=27 bp=98/56 spo2=86 oxygen=air acvpu=C
-> saved on this tablet
clock ja="看護師が端末に保存した" en="the nurse's tablet has saved it"
N1 warned worse
N1 sync
-> vitals worse: applied
clock ja="サーバーが受け取り、返事が端末に届いた" en="the server has it, and its answer is on the tablet"
DOCTOR hears
-> push: critical, nothing about a patient
DOCTOR sync
clock ja="医師の端末に内容が表示された" en="the physician's tablet shows what it is about"
DOCTOR alerts PATIENT1
-> alerts: open, the worst critical
DOCTOR instructs reply chart=PATIENT1 hours=24 call="SpO2 88%未満、または呼びかけに反応しないとき" text="酸素 2L/分 鼻カニューレで開始。SpO2 90〜94%を目標。解熱剤は処方どおり。30分後に再検して報告。往診に向かいます。"
-> saved on this tablet
DOCTOR sync
-> instruct reply: applied
-> answer reply: applied
clock ja="医師の指示がサーバーに入り、通知の繰り返しは止まった" en="the physician's instruction is on the server, and nobody is told again"
N1 sync
clock ja="指示が看護師の端末に来た" en="the instruction is on the nurse's tablet"
N1 receives receipt chart=PATIENT1
-> saved on this tablet
N1 sync
-> receive receipt: applied
DOCTOR sync
DOCTOR received PATIENT1
-> received
clock ja="医師の端末に、指示受けが表示された" en="the physician's tablet shows that it was received"
DOCTOR group PATIENT1
-> group: answered
clocks
`
