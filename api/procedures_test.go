package api

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	blobv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestProceduresAreAll: the list that is counted names every procedure of the contract, once.
func TestProceduresAreAll(t *testing.T) {
	var want []string
	for _, file := range []protoreflect.FileDescriptor{
		identityv1.File_tsunagu_identity_v1_identity_proto, syncv1.File_tsunagu_sync_v1_sync_proto,
		chartv1.File_tsunagu_chart_v1_chart_proto, blobv1.File_tsunagu_blob_v1_blob_proto, alertv1.File_tsunagu_alert_v1_alert_proto,
	} {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for k := range service.Methods().Len() {
				want = append(want, "/"+string(service.FullName())+"/"+string(service.Methods().Get(k).Name()))
			}
		}
	}
	got := Procedures()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%v\n%v", got, want)
	}
}
