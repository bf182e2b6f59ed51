package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// Journal is told what a file gives before it comes into force, and says what of it does not hold.
type Journal interface {
	Load(rights []journal.Right, now time.Time) (journal.Overruled, error)
}

// Keep reads the file again, and from then on lets the journal know of every file before it comes into force.
func (d *Directory) Keep(j Journal) error {
	d.journal = j
	return d.Reload()
}

// Rights returns every right that the file gives, also those that are overruled.
func (d *Directory) Rights() []journal.Right { return d.current.Load().rights }

// Organisations returns the tenant and its organisations.
func (d *Directory) Organisations() (tenant string, ids []string) {
	s := d.current.Load()
	return s.tenant, s.organisations
}

// Content returns the file as it is on the disk now.
func (d *Directory) Content() ([]byte, error) { return read(d.path) }

func grantRight(tenant, person, chart string, g hub.Grant) journal.Right {
	return journal.Right{
		What: journal.Grant, Tenant: tenant, ID: person, Chart: chart, Role: g.Role.String(),
		From: g.From.UTC(), Until: g.Until.UTC(),
	}
}

// secretRight is that of a person or a device. Its mark tells that the secret is another one, and cannot be turned back.
func secretRight(what, tenant, id, hash string) journal.Right {
	sum := sha256.Sum256([]byte("tsunagu/directory/mark/v1 " + hash))
	return journal.Right{What: what, Tenant: tenant, ID: id, Mark: hex.EncodeToString(sum[:8])}
}

// overrule takes out the people and devices that were taken out before.
func (b *builder) overrule() {
	tenant := b.file.Tenant.value
	for id := range b.snapshot.devices {
		if _, over := b.overruled[journal.Right{What: journal.Device, Tenant: tenant, ID: id}.Key()]; over {
			delete(b.snapshot.devices, id)
		}
	}
	for id := range b.snapshot.people {
		if _, over := b.overruled[journal.Right{What: journal.Person, Tenant: tenant, ID: id}.Key()]; over {
			delete(b.snapshot.people, id)
		}
	}
}

// take brings a file into force: its rights are written down first.
func (d *Directory) take(f file) error {
	s, rights, found := build(f, nil)
	if len(found) > 0 {
		return refused(d.path, found)
	}
	if d.journal != nil {
		overruled, err := d.journal.Load(rights, time.Now())
		if err != nil {
			return fmt.Errorf("the directory file was not taken: %w", err)
		}
		if len(overruled) > 0 {
			s, rights, _ = build(f, overruled)
		}
	}
	s.rights = rights
	d.current.Store(s)
	return nil
}
