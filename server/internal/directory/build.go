package directory

import (
	"regexp"
	"unicode/utf8"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/secret"
)

// Bounds of what a file may say. Ids are what the contract allows, and short enough that the id of an internal stream,
// made of two of them, stays below its 128 bytes.
const maxName = 128

var (
	idForm     = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,47}$`)
	streamForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._/-]{0,127}$`)
)

var roles = map[string]carev1.Role{
	"physician":    carev1.Role_ROLE_PHYSICIAN,
	"nurse":        carev1.Role_ROLE_NURSE,
	"care-worker":  carev1.Role_ROLE_CARE_WORKER,
	"care-manager": carev1.Role_ROLE_CARE_MANAGER,
	"pharmacist":   carev1.Role_ROLE_PHARMACIST,
	"therapist":    carev1.Role_ROLE_THERAPIST,
}

// builder makes a snapshot of a file and collects what is wrong with it.
type builder struct {
	file          file
	snapshot      *snapshot
	organisations map[string]bool
	found         problems
	// rights are what the file gives; overruled is what of it does not hold.
	rights    []journal.Right
	overruled journal.Overruled
}

// build makes a snapshot of a file, without what is overruled in it. It also returns every right that the file gives.
func build(f file, overruled journal.Overruled) (*snapshot, []journal.Right, problems) {
	b := &builder{
		file: f, snapshot: newSnapshot(f.Tenant.value), organisations: map[string]bool{}, overruled: overruled,
	}
	if !idForm.MatchString(f.Tenant.value) {
		b.found.add(f.Tenant, "tenant is missing or not an id (letters, digits, '.', '_', '-', at most 48)")
	}
	for _, o := range f.Organisations {
		b.id("an organisation", o.ID, b.organisations[o.ID.value])
		b.name(o.ID, o.Name)
		b.organisations[o.ID.value] = true
		b.snapshot.organisations = append(b.snapshot.organisations, o.ID.value)
	}
	for _, p := range f.People {
		b.person(p)
	}
	for _, d := range f.Devices {
		b.device(d)
	}
	b.snapshot.decoy()
	b.charts()
	b.grants()
	b.overrule()
	b.snapshot.finish()
	return b.snapshot, b.rights, b.found
}

func (b *builder) person(p filePerson) {
	_, twice := b.snapshot.people[p.ID.value]
	b.id("a person", p.ID, twice)
	b.name(p.ID, p.Name)
	b.organisation(p.ID, p.Organisation)
	b.snapshot.people[p.ID.value] = &person{
		actor: &carev1.Actor{
			PersonId: p.ID.value, Name: p.Name.value, Role: b.role(p.ID, p.Role), OrganisationId: p.Organisation.value,
		},
		secret: b.secret(p.ID, p.Secret),
	}
	b.rights = append(b.rights, secretRight(journal.Person, b.file.Tenant.value, p.ID.value, p.Secret.value))
}

func (b *builder) device(d fileDevice) {
	_, twice := b.snapshot.devices[d.ID.value]
	b.id("a device", d.ID, twice)
	b.organisation(d.ID, d.Organisation)
	b.snapshot.devices[d.ID.value] = device{organisation: d.Organisation.value, secret: b.secret(d.ID, d.Secret)}
	b.rights = append(b.rights, secretRight(journal.Device, b.file.Tenant.value, d.ID.value, d.Secret.value))
}

func (b *builder) id(what string, id text, twice bool) {
	switch {
	case !idForm.MatchString(id.value):
		b.found.add(id, "%s has no id, or one that is not an id (letters, digits, '.', '_', '-', at most 48)", what)
	case twice:
		b.found.add(id, "%s has an id that another one has", what)
	}
}

func (b *builder) name(at, name text) {
	if name.value == "" || utf8.RuneCountInString(name.value) > maxName {
		b.found.add(at, "the name is missing or longer than %d characters", maxName)
	}
}

func (b *builder) role(at, role text) carev1.Role {
	r, ok := roles[role.value]
	if !ok {
		b.found.add(at, "the role is missing or none of physician, nurse, care-worker, care-manager, pharmacist, therapist")
	}
	return r
}

func (b *builder) organisation(at, id text) {
	if !b.organisations[id.value] {
		b.found.add(at, "the organisation is missing or not in the file")
	}
}

// secret reads a hash. Cheap ones are for made-up people only: a file that has any says so.
func (b *builder) secret(at, hash text) secret.Hash {
	h, err := secret.Parse(hash.value)
	switch {
	case err != nil:
		b.found.add(at, "the secret: %v", err)
	case h.Params.Weak() && !b.file.Demo:
		b.found.add(at, "the secret's hash is too cheap for real people; make one with `tsunagu directory hash-secret`, or say `demo: true` if all of this is made up")
	}
	return h
}
