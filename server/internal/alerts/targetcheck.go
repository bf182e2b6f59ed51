package alerts

import (
	"regexp"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// What a registration of Firebase looks like. A token has no documented form: what is refused here is what none can be,
// such as an address, a sentence or the word "null".
var (
	tokenForm        = regexp.MustCompile(`^[A-Za-z0-9_:.=-]{32,}$`)
	installationForm = regexp.MustCompile(`^[cdef][A-Za-z0-9_-]{21}$`)
)

// ofFirebase tells whether a target is a device that holds its value as its own secret.
func ofFirebase(kind alertv1.TargetKind) bool {
	return kind == alertv1.TargetKind_TARGET_KIND_FCM_TOKEN || kind == alertv1.TargetKind_TARGET_KIND_FCM_INSTALLATION
}

// check looks at what is registered. A registration that an app made and that is none is kept aside: the code says why. An
// address that a person typed is refused instead, since they are there to correct it.
func (s *Service) check(req *alertv1.RegisterTargetRequest) (code string, err error) {
	switch req.GetKind() {
	case alertv1.TargetKind_TARGET_KIND_FCM_TOKEN:
		return unless(tokenForm.MatchString(req.GetValue())), nil
	case alertv1.TargetKind_TARGET_KIND_FCM_INSTALLATION:
		return unless(installationForm.MatchString(req.GetValue())), nil
	case alertv1.TargetKind_TARGET_KIND_WEBHOOK:
		err = s.CheckWebhook(req.GetValue())
	case alertv1.TargetKind_TARGET_KIND_MAIL:
		err = s.CheckMail(req.GetValue())
	default:
		return "", refuse(hub.InvalidArgument, "kind: this server does not know it, nothing was registered; update the server or register another kind")
	}
	if err != nil {
		return "", refuse(hub.InvalidArgument, err.Error())
	}
	return "", nil
}

func unless(fits bool) string {
	if fits {
		return ""
	}
	return troubleNoToken
}
