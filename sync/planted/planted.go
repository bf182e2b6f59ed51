// Package planted names the mistakes that can be built into the core on purpose, so that the simulator proves that
// it sees them. A normal build has none: Bug is the constant None and the compiler drops the wrong branches. Each
// mistake is a build tag of its own, next to the tag `planted`:
//
//	go build -tags planted,equal_keeps_marker ./...
//
// Which mistakes silently destroy what somebody wrote is shown by the model of the merge rule in
// sync/doc/protocol.md; the ninth is the classic of sync clients: the cursor is saved before the data. The next two were
// real mistakes of this code, found in review and only then by a better oracle: the link to the tablet's previous
// mutation was taken for its author having seen it. Of the others, most are what earlier models of the protocol found;
// repairs_unfilled and erasure_keeps_own were in this code until the simulator played repairs and erasures.
package planted

// Name is the name of a mistake, and its build tag.
type Name string

// The mistakes.
const (
	None                     Name = ""
	EqualKeepsMarker         Name = "equal_keeps_marker"
	EqualMovesMarker         Name = "equal_moves_marker"
	SuccessorsNotHeld        Name = "successors_not_held"
	ComparePrevious          Name = "compare_previous"
	ResolveClearsAll         Name = "resolve_clears_all"
	ResolveIgnoresMoves      Name = "resolve_ignores_moves"
	PatchClearsOthers        Name = "patch_clears_others"
	TrunkWithoutProof        Name = "trunk_without_proof"
	CursorBeforeData         Name = "cursor_before_data"
	OwnsUnseen               Name = "owns_unseen"
	DropsOfEndedChain        Name = "drops_of_ended_chain"
	TrunkWithoutHash         Name = "trunk_without_hash"
	EpochGivenTwice          Name = "epoch_given_twice"
	JudgesAtOnce             Name = "judges_at_once"
	HoldsAllAfter            Name = "holds_all_after"
	ReleasesInAnyOrder       Name = "releases_in_any_order"
	RetiresHeld              Name = "retires_held"
	RetractOnStatusAlone     Name = "retract_on_status_alone"
	PatchesOneField          Name = "patches_one_field"
	SectionOfOtherSnapshot   Name = "section_of_other_snapshot"
	ResolveByEquality        Name = "resolve_by_equality"
	ChainByName              Name = "chain_by_name"
	NarrowDropsStanding      Name = "narrow_drops_standing"
	WidenShowsHalves         Name = "widen_shows_halves"
	RepairDeletesNewer       Name = "repair_deletes_newer"
	RepairPastCursor         Name = "repair_past_cursor"
	RepairsUnfilled          Name = "repairs_unfilled"
	ErasureKeepsHeld         Name = "erasure_keeps_held"
	ErasureKeepsOwn          Name = "erasure_keeps_own"
	PagesBeforeConfirmation  Name = "pages_before_confirmation"
	JudgesBeforeConfirmation Name = "judges_before_confirmation"
	AlertNamedByPlace        Name = "alert_named_by_place"
	AlertWithoutEvent        Name = "alert_without_event"
)

// All lists the mistakes that the simulator has to find.
var All = []Name{
	EqualKeepsMarker, EqualMovesMarker, SuccessorsNotHeld, ComparePrevious, ResolveClearsAll, ResolveIgnoresMoves,
	PatchClearsOthers, TrunkWithoutProof, CursorBeforeData, OwnsUnseen, DropsOfEndedChain, TrunkWithoutHash,
	EpochGivenTwice, JudgesAtOnce, HoldsAllAfter, ReleasesInAnyOrder, RetiresHeld,
	RetractOnStatusAlone, PatchesOneField, SectionOfOtherSnapshot, ResolveByEquality, ChainByName, NarrowDropsStanding,
	WidenShowsHalves, RepairPastCursor, RepairsUnfilled, ErasureKeepsHeld, ErasureKeepsOwn, PagesBeforeConfirmation,
	JudgesBeforeConfirmation, AlertNamedByPlace, AlertWithoutEvent,
}

// ByTests lists the mistakes that a test finds, and that the simulator does not show for what they are: see the decision on
// planted mistakes. RepairDeletesNewer makes TestLateRepairDeletesNothingNewer of package replica fail.
var ByTests = []Name{RepairDeletesNewer}
