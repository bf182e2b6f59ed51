package synthetic

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// read marks a handover as read by somebody, in the stream in which it stands.
func (p *page) read(told ID, by *colleague, at time.Time, stream string) {
	p.add(&carev1.Body{Kind: &carev1.Body_ReadMark{ReadMark: &carev1.ReadMark{
		PersonId: by.ID, RecordId: told[:], At: timestamppb.New(at),
	}}}, entry{by: by, at: at, stream: stream, name: "read " + by.ID + " " + p.world.date(p.day)})
}
