package api

import (
	"context"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// Core is what the handlers call. *hub.Hub is one.
type Core interface {
	Sync(context.Context, hub.Call, *syncv1.SyncRequest) (*syncv1.SyncResponse, []hub.Moved, error)
	FetchSection(context.Context, hub.Call, *syncv1.FetchSectionRequest) (*syncv1.FetchSectionResponse, error)
	CompareSection(context.Context, hub.Call, *syncv1.CompareSectionRequest) (*syncv1.CompareSectionResponse, error)
	ListDevices(context.Context, hub.Call, *chartv1.ListDevicesRequest) (*chartv1.ListDevicesResponse, error)
	ListCharts(context.Context, hub.Call, *chartv1.ListChartsRequest) (*chartv1.ListChartsResponse, error)
	GetTimeline(context.Context, hub.Call, *chartv1.GetTimelineRequest) (*chartv1.GetTimelineResponse, error)
	GetRecordHistory(context.Context, hub.Call, *chartv1.GetRecordHistoryRequest) (*chartv1.GetRecordHistoryResponse, error)
	Write(context.Context, hub.Call, *chartv1.WriteRequest) (*chartv1.WriteResponse, []hub.Moved, error)
	BlobAllowed(context.Context, hub.Call, hub.BlobQuestion) (hub.BlobGrant, error)
	ListWork(context.Context, hub.Call, *chartv1.ListWorkRequest) (*chartv1.ListWorkResponse, error)
	GetTrend(context.Context, hub.Call, *chartv1.GetTrendRequest) (*chartv1.GetTrendResponse, error)
	SearchNotes(context.Context, hub.Call, *chartv1.SearchNotesRequest) (*chartv1.SearchNotesResponse, error)
	ChangedSince(context.Context, hub.Call, *chartv1.WatchChartRequest) (resp *chartv1.WatchChartResponse, more bool, err error)
	ExportChart(context.Context, hub.Call, *chartv1.ExportChartRequest, func(*chartv1.ExportChartResponse) error) error
	Judge(context.Context, hub.Call, *chartv1.JudgeRequest) (*chartv1.JudgeResponse, []hub.Moved, error)
}

// Accounts knows which devices are enrolled and which people may sign in. It may change between two calls.
type Accounts interface {
	// Prove checks both secrets. It does the same work whether or not device and person exist, so that its duration
	// tells nothing, and it is slow on purpose: the caller bounds how many run at once.
	Prove(claim Claim) Proof
	// Enrolled tells whether device and person are still in the directory of the tenant, and to which organisation
	// the device belongs now. It answers from memory.
	Enrolled(tenant, deviceID, personID string) (organisation string, ok bool)
}

// Claim is what somebody who signs in says.
type Claim struct {
	DeviceID, DeviceSecret string
	PersonID, PersonSecret string
}

// Proof is what came of a claim. Device and Person tell which secrets fit; Tenant and Actor are set if both did.
type Proof struct {
	Device, Person bool
	Tenant         string
	Actor          *carev1.Actor
}

// Hooks tell whoever runs the handlers what happened. None is given anything that a request carried. All may be nil.
type Hooks struct {
	// Panicked: a handler panicked; the caller got Internal.
	Panicked func(ctx context.Context, p Panic)
	// Failed: a handler answered Internal or Unavailable. The error is for its type and sentinels only: its text may
	// quote what was stored.
	Failed func(ctx context.Context, procedure string, err error)
	// SignedIn: one attempt ended so: "ok", "refused" or "limited".
	SignedIn func(outcome string)
	// Watching: so many watches are open now.
	Watching func(open int)
}

// Limits bound what one caller can cost. A zero field takes the default.
type Limits struct {
	// ReadBytes bounds one message, compressed and decompressed. Default 1 MiB.
	ReadBytes int
	// TokenLife is how long a token holds. Default 12 hours: the longest shift.
	TokenLife time.Duration
	// SignInsAtOnce is how many secrets are checked at one time. Default 2: each takes a core and 64 MiB.
	SignInsAtOnce int
	// SignInsWaiting is how many may wait for that. Default 64: a whole shift that begins.
	SignInsWaiting int
	// AddressBurst and AddressEvery: attempts that one address has at hand, and how long until it gets one back.
	// Default 60 and 2 s: a station's tablets share one address.
	AddressBurst int
	AddressEvery time.Duration
	// AccountBurst and AccountEvery: the same for wrong secrets of one person. Default 10 and 30 s.
	AccountBurst int
	AccountEvery time.Duration
	// WatchesPerDevice is how many watches one device may have open. Default 2.
	WatchesPerDevice int
	// TestsBurst and TestsEvery: test pushes that one person has at hand, and how long until they get one back. Default 5
	// and 1 minute: each goes to every target of theirs, and whoever forwards pushes counts them.
	TestsBurst int
	TestsEvery time.Duration
	// Watches is how many may be open in all. Default 4,096.
	Watches int
	// ExportsPerDevice is how many charts one device may have written out at once. Default 2.
	ExportsPerDevice int
	// Exports is how many may be written out at once in all. Default 8: each takes memory while its reader is slow.
	Exports int
	// SignOfLife is the time between two signs of life of a watch. Default 20 s: below what mobile networks and
	// proxies take for a dead connection.
	SignOfLife time.Duration
}

func (l Limits) withDefaults() Limits {
	l.ReadBytes = or(l.ReadBytes, 1<<20)
	l.TokenLife = or(l.TokenLife, 12*time.Hour)
	l.SignInsAtOnce = or(l.SignInsAtOnce, 2)
	l.SignInsWaiting = or(l.SignInsWaiting, 64)
	l.AddressBurst = or(l.AddressBurst, 60)
	l.AddressEvery = or(l.AddressEvery, 2*time.Second)
	l.AccountBurst = or(l.AccountBurst, 10)
	l.AccountEvery = or(l.AccountEvery, 30*time.Second)
	l.WatchesPerDevice = or(l.WatchesPerDevice, 2)
	l.TestsBurst = or(l.TestsBurst, 5)
	l.TestsEvery = or(l.TestsEvery, time.Minute)
	l.Watches = or(l.Watches, 4096)
	l.ExportsPerDevice = or(l.ExportsPerDevice, 2)
	l.Exports = or(l.Exports, 8)
	l.SignOfLife = or(l.SignOfLife, 20*time.Second)
	return l
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}
