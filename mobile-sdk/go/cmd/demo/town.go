package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/synthetic"
)

// importer is the device that brings what was written in the four weeks before: an old system's export, so to speak.
const importer = "importer"

// town is the directory file of a synthetic world: what the server reads to know its people.
type town struct {
	synthetic.Directory
	path    string
	secrets map[string]string // id → hash, drawn once
}

func newTown(d synthetic.Directory, path string) (*town, error) {
	t := &town{Directory: d, path: path, secrets: map[string]string{}}
	t.Devices = append(t.Devices, synthetic.Device{ID: importer, Organisation: d.Organisations[0].ID})
	for _, p := range d.People {
		if err := t.draw(p.ID); err != nil {
			return nil, err
		}
	}
	for _, one := range t.Devices {
		if err := t.draw(one.ID); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// draw hashes a secret as cheaply as the server takes it for made-up people.
func (t *town) draw(id string) error {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return fmt.Errorf("the system gives no random bytes: %w", err)
	}
	sum := argon2.IDKey([]byte(secret(id)), salt, 1, 8<<10, 1, 32)
	encode := base64.RawStdEncoding.EncodeToString
	t.secrets[id] = "$argon2id$v=19$m=8192,t=1,p=1$" + encode(salt) + "$" + encode(sum)
	return nil
}

// write puts the file down. Without ends every grant goes on: what is imported was written while it held.
func (t *town) write(ends bool) error {
	var b strings.Builder
	b.WriteString("# The people of this demo, made up from its seed. Their secrets are demo- and the id: never use them for real people.\n")
	b.WriteString("tenant: " + synthetic.Tenant + "\ndemo: true\n\norganisations:\n")
	for _, o := range t.Organisations {
		fmt.Fprintf(&b, "  - {id: %s, name: %s}\n", o.ID, strconv.Quote(o.Name))
	}
	b.WriteString("people:\n")
	for _, p := range t.People {
		_, role := care.RoleTitle(p.Role)
		fmt.Fprintf(&b, "  - {id: %s, name: %s, role: %s, organisation: %s, secret: %s}\n",
			p.ID, strconv.Quote(p.Name), strings.ReplaceAll(role, " ", "-"), p.Organisation, strconv.Quote(t.secrets[p.ID]))
	}
	b.WriteString("devices:\n")
	for _, d := range t.Devices {
		fmt.Fprintf(&b, "  - {id: %s, organisation: %s, secret: %s}\n", d.ID, d.Organisation, strconv.Quote(t.secrets[d.ID]))
	}
	b.WriteString("charts:\n")
	for _, c := range t.Charts {
		fmt.Fprintf(&b, "  - {id: %s, patient: %s}\n", c.ID, strconv.Quote(c.Patient))
	}
	b.WriteString("grants:\n")
	for _, g := range t.Grants {
		until := ""
		if ends && !g.Until.IsZero() {
			until = ", until: " + strconv.Quote(g.Until.Format(time.RFC3339))
		}
		fmt.Fprintf(&b, "  - {person: %s, charts: [%s], from: %s%s}\n",
			g.Person, strings.Join(g.Charts, ", "), strconv.Quote(g.From.Format(time.RFC3339)), until)
	}
	next := t.path + ".next"
	if err := os.WriteFile(next, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("the directory file cannot be written: %w", err)
	}
	return os.Rename(next, t.path) // the server never reads half a file
}

// end lets the grants of a person on a chart end at a time.
func (t *town) end(person, chart string, at time.Time) {
	var grants []synthetic.Grant
	for _, g := range t.Grants {
		if g.Person != person || !g.Until.IsZero() {
			grants = append(grants, g)
			continue
		}
		rest := g
		rest.Charts = nil
		for _, c := range g.Charts {
			if c == chart {
				grants = append(grants, synthetic.Grant{Person: person, Charts: []string{c}, From: g.From, Until: at})
			} else {
				rest.Charts = append(rest.Charts, c)
			}
		}
		if len(rest.Charts) > 0 {
			grants = append(grants, rest)
		}
	}
	t.Grants = grants
}
