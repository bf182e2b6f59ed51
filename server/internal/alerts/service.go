package alerts

import (
	"context"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Hub is what is asked of the core. *hub.Hub is one.
type Hub interface {
	Write(context.Context, hub.Call, *chartv1.WriteRequest) (*chartv1.WriteResponse, []hub.Moved, error)
	GetTimeline(context.Context, hub.Call, *chartv1.GetTimelineRequest) (*chartv1.GetTimelineResponse, error)
	GetRecordHistory(context.Context, hub.Call, *chartv1.GetRecordHistoryRequest) (*chartv1.GetRecordHistoryResponse, error)
}

// Directory knows people, charts and grants, and who is in the team of a chart.
type Directory interface {
	hub.Directory
	// Team returns who may read the care stream of a chart in a role at a time, by id.
	Team(tenant, chartID string, role carev1.Role, at time.Time) []string
	// Readers returns who may read the care stream of a chart at a time, in whatever role, by id.
	Readers(tenant, chartID string, at time.Time) []string
	// Names returns every id of a chart: the one that it has, and then those of the charts that were merged into it.
	Names(tenant, chartID string) []string
}

// Config is what a service stands on. Restored, Wake, Aside and Moved may be nil, all else is required.
type Config struct {
	Store     store.Store
	Hub       Hub
	Directory Directory
	// Restored tells whether a restore waits to be confirmed: until then nobody is shown an alert. Nil: none ever does.
	Restored hub.Restored
	// Test sends a test push to the targets of one person, tries each once, and returns what became of it, in any order.
	Test func(ctx context.Context, tenant string, targets []*storev1.PushTarget) ([]*storev1.PushDelivery, error)
	// Wake tells the dispatcher that there is something to do. It never waits.
	Wake func()
	// CheckWebhook and CheckMail say what is wrong with an address, in a sentence for whoever registers it that does not
	// repeat the address.
	CheckWebhook, CheckMail func(address string) error
	// Aside tells the operator that a registration was put aside, and why: a code.
	Aside func(kind alertv1.TargetKind, trouble string)
	// Moved tells the operator that a device's registration went over to whoever signed in there next. Nil: nobody is told.
	Moved func(kind alertv1.TargetKind)
	// Defaults are the limits that count in a chart where nobody ordered any, the same that the hub asks.
	Defaults *Defaults
}

// Service answers AlertService. It may be used by many goroutines at once; its only state is the store's,
// what Defaults remembers of it, and who is having a list made.
type Service struct {
	Config
	listing listing
}

// New returns a service.
func New(c Config) *Service {
	if c.Restored == nil {
		c.Restored = neverRestored{}
	}
	if c.Wake == nil {
		c.Wake = func() {}
	}
	if c.Aside == nil {
		c.Aside = func(alertv1.TargetKind, string) {}
	}
	if c.Moved == nil {
		c.Moved = func(alertv1.TargetKind) {}
	}
	return &Service{Config: c}
}

type neverRestored struct{}

func (neverRestored) Unconfirmed() bool { return false }

// serving tells whether alerts may be shown and who hears of them may be changed: not between a restore and its
// confirmation, while who may read what is not known.
func (s *Service) serving() error {
	if s.Restored.Unconfirmed() {
		return errRestoring
	}
	return nil
}
