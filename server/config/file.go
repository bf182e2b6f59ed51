package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// EnvPrefix begins the name of every variable: --min-free is TSUNAGU_MIN_FREE.
const EnvPrefix = "TSUNAGU"

// Options make a kong parser read configuration as this package promises.
func Options() []kong.Option {
	return []kong.Option{
		kong.DefaultEnvars(EnvPrefix),
		kong.Configuration(Load),
	}
}

// entries is a configuration file: flag names and their values.
type entries map[string]yaml.Node

// Load reads a configuration file.
func Load(r io.Reader) (kong.Resolver, error) {
	var e entries
	if err := yaml.NewDecoder(r).Decode(&e); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the configuration file is not a list of `name: value`; nothing was started: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	return e, nil
}

// Validate refuses names that are no flag's.
func (e entries) Validate(app *kong.Application) error {
	names := map[string]bool{}
	collect(app.Node, names)
	for name, node := range e {
		if !names[name] || name == "config" || name == "help" || name == "yes" { // what is meant is said at the command itself
			return fmt.Errorf("line %d of the configuration file: there is no setting %q; nothing was started: see `tsunagu serve --help`", node.Line, name)
		}
	}
	return nil
}

func collect(node *kong.Node, names map[string]bool) {
	for _, flag := range node.Flags {
		names[flag.Name] = true
	}
	for _, child := range node.Children {
		collect(child, names)
	}
}

// Resolve gives the file's value of a flag, unless the environment has one: kong asks for every flag that is not on
// the command line.
func (e entries) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	node, there := e[flag.Name]
	if !there || slices.ContainsFunc(flag.Envs, func(name string) bool { _, set := os.LookupEnv(name); return set }) {
		return nil, nil
	}
	switch node.Kind {
	case yaml.ScalarNode:
		return node.Value, nil
	case yaml.SequenceNode:
		var list []string
		if err := node.Decode(&list); err != nil {
			return nil, fmt.Errorf("line %d of the configuration file: a list of texts belongs here", node.Line)
		}
		return strings.Join(list, ","), nil
	default:
		return nil, fmt.Errorf("line %d of the configuration file: a value or a list belongs here", node.Line)
	}
}
