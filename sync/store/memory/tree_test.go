package memory

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestTreeIsAMap: whatever is put and taken out, a tree holds what a map holds, in order, and is the same tree as one to
// which nothing else was ever put; older trees stay what they were.
func TestTreeIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tree *node
		model := map[string]string{}
		type snapshot struct {
			tree *node
			held string
		}
		var before []snapshot
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			key := fmt.Sprint(rapid.IntRange(10, 40).Draw(t, "key"))
			before = append(before, snapshot{tree, shape(tree)})
			if rapid.Bool().Draw(t, "put") {
				tree, model[key] = tree.put(key, []byte(key+"v")), key+"v"
			} else {
				tree = tree.without(key)
				delete(model, key)
			}
		}
		var alone *node
		for _, key := range slices.Sorted(maps.Keys(model)) {
			alone = alone.put(key, []byte(model[key]))
		}
		if shape(tree) != shape(alone) {
			t.Errorf("the tree is\n%s\nwant\n%s", shape(tree), shape(alone))
		}
		for _, old := range before {
			if shape(old.tree) != old.held {
				t.Fatal("an older tree changed")
			}
		}
	})
}

// shape writes a tree down, nodes and all.
func shape(n *node) string {
	if n == nil {
		return "."
	}
	return fmt.Sprintf("(%s %s=%s %s)", shape(n.left), n.key, n.value, shape(n.right))
}
