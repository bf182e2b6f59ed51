package directory

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// file is the YAML as it is written. Unknown fields are refused.
type file struct {
	Tenant        text               `yaml:"tenant"`
	Demo          bool               `yaml:"demo"`
	Organisations []fileOrganisation `yaml:"organisations"`
	People        []filePerson       `yaml:"people"`
	Devices       []fileDevice       `yaml:"devices"`
	Charts        []fileChart        `yaml:"charts"`
	Grants        []fileGrant        `yaml:"grants"`
}

type fileOrganisation struct {
	ID   text `yaml:"id"`
	Name text `yaml:"name"`
}

type filePerson struct {
	ID           text `yaml:"id"`
	Name         text `yaml:"name"`
	Role         text `yaml:"role"`
	Organisation text `yaml:"organisation"`
	Secret       text `yaml:"secret"`
}

type fileDevice struct {
	ID           text `yaml:"id"`
	Organisation text `yaml:"organisation"`
	Secret       text `yaml:"secret"`
}

type fileChart struct {
	ID      text `yaml:"id"`
	Patient text `yaml:"patient"`
	// MergedInto names the chart of the same person that this one's streams are read with.
	MergedInto text `yaml:"merged_into"`
	// Streams left out: care, clinical, and one internal per organisation that has a grant.
	Streams []fileStream `yaml:"streams"`
}

type fileStream struct {
	ID           text `yaml:"id"`
	Class        text `yaml:"class"`
	Organisation text `yaml:"organisation"`
}

type fileGrant struct {
	Person text `yaml:"person"`
	Chart  text `yaml:"chart"`
	// Charts stands for as many grants.
	Charts []text `yaml:"charts"`
	Role   text   `yaml:"role"`
	From   text   `yaml:"from"`
	Until  text   `yaml:"until"`
}

// text is a scalar with the line that it stands on, so that whatever is wrong with it can be found.
type text struct {
	value string
	line  int
}

// UnmarshalYAML takes any scalar as it is written.
func (t *text) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: a list or a map stands where a text belongs", node.Line)}}
	}
	*t = text{node.Value, node.Line}
	return nil
}

// time reads a time with its zone, or a day, which begins in Japan.
func (t text) time() (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339, t.value); err == nil {
		return at, true
	}
	at, err := time.ParseInLocation(time.DateOnly, t.value, time.FixedZone("JST", 9*60*60))
	return at, err == nil
}

// decode reads the YAML strictly.
func decode(content []byte) (file, problems) {
	var f file
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	err := decoder.Decode(&f)
	if errors.Is(err, io.EOF) {
		return f, problems{{1, "the file is empty"}}
	}
	if err != nil {
		return f, yamlProblems(err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return f, problems{{1, "the file holds more than one YAML document"}}
	}
	return f, nil
}

var (
	atLine       = regexp.MustCompile(`line (\d+): (.*)`)
	unknownField = regexp.MustCompile(`^field (.*) not found in type`)
	fieldName    = regexp.MustCompile(`^[a-z_]{1,32}$`)
	quoted       = regexp.MustCompile("`[^`]*`|\"[^\"]*\"")
)

// yamlProblems words the errors of the YAML library, without the values that it quotes.
func yamlProblems(err error) problems {
	texts := []string{err.Error()}
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		texts = typed.Errors
	}
	var found problems
	for _, said := range texts {
		p := problem{1, "this is not YAML"}
		if m := atLine.FindStringSubmatch(said); m != nil {
			p.line, _ = strconv.Atoi(m[1])
			p.text = quoted.ReplaceAllString(m[2], "…")
			if field := unknownField.FindStringSubmatch(m[2]); field != nil {
				p.text = "there is no such field here" // its name may be a person's, put in the wrong column
				if fieldName.MatchString(field[1]) {
					p.text = "there is no field " + field[1] + " here"
				}
			}
		}
		found = append(found, p)
	}
	return found
}
