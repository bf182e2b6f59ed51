package care

import (
	"google.golang.org/protobuf/reflect/protoreflect"
)

// alertTitles are those of alerts, the answers to them, and limits.
var alertTitles = map[protoreflect.Name][]title{
	"AlertSeverity": {{"要報告", "urgent"}, {"参考", "notice"}, {"要報告", "urgent"}, {"緊急", "critical"}},
	"AlertAnswer": {{"返事あり", "answered"}, {"確認しました", "acknowledged"}, {"質問あり", "acknowledged, with a question"},
		{"指示あり", "acknowledged, with an instruction"}, {"対応不要", "acknowledged, nothing to do"}},
	"ThresholdOperator": {{"記録を参照", "see record"}, {"以上", "at or above"}, {"以下", "at or below"}},
}
