package memory

import "strings"

// node is one key of an immutable treap: a search tree by key, a heap by priority. Writing copies the nodes on the way
// from the root, so that an old root stays what it was: a snapshot is a pointer.
type node struct {
	key         string
	value       []byte
	priority    uint64
	left, right *node
}

// priority is a hash of the key, so that equal contents make equal trees without any randomness.
func priority(key string) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * prime
	}
	h ^= h >> 32
	return h * 0x9e3779b97f4a7c15
}

// get returns the value under the key; nil if there is none.
func (n *node) get(key string) []byte {
	for n != nil {
		switch c := strings.Compare(key, n.key); {
		case c < 0:
			n = n.left
		case c > 0:
			n = n.right
		default:
			return n.value
		}
	}
	return nil
}

// put returns the tree with the value under the key.
func (n *node) put(key string, value []byte) *node {
	if n == nil {
		return &node{key: key, value: value, priority: priority(key)}
	}
	fresh := *n
	switch c := strings.Compare(key, n.key); {
	case c < 0:
		fresh.left = n.left.put(key, value)
		if fresh.left.priority > fresh.priority {
			return fresh.rotateRight()
		}
	case c > 0:
		fresh.right = n.right.put(key, value)
		if fresh.right.priority > fresh.priority {
			return fresh.rotateLeft()
		}
	default:
		fresh.value = value
	}
	return &fresh
}

// rotateRight lifts the left child, which put has just copied.
func (n *node) rotateRight() *node {
	up := n.left
	n.left, up.right = up.right, n
	return up
}

// rotateLeft lifts the right child, which put has just copied.
func (n *node) rotateLeft() *node {
	up := n.right
	n.right, up.left = up.left, n
	return up
}

// without returns the tree without the key.
func (n *node) without(key string) *node {
	if n == nil {
		return nil
	}
	fresh := *n
	switch c := strings.Compare(key, n.key); {
	case c < 0:
		fresh.left = n.left.without(key)
	case c > 0:
		fresh.right = n.right.without(key)
	default:
		return n.left.join(n.right)
	}
	return &fresh
}

// join returns the tree with everything of both. Every key of the other one is behind those of n.
func (n *node) join(behind *node) *node {
	if n == nil {
		return behind
	}
	if behind == nil {
		return n
	}
	if n.priority >= behind.priority {
		fresh := *n
		fresh.right = n.right.join(behind)
		return &fresh
	}
	fresh := *behind
	fresh.left = n.join(behind.left)
	return &fresh
}

// scan calls fn for every key from the given one on that begins with prefix, in order.
func (n *node) scan(prefix, from string, fn func(key string, value []byte) error) error {
	if n == nil {
		return nil
	}
	if n.key >= from {
		if err := n.left.scan(prefix, from, fn); err != nil {
			return err
		}
		if strings.HasPrefix(n.key, prefix) {
			if err := fn(n.key, n.value); err != nil {
				return err
			}
		} else if n.key > prefix {
			return nil // behind the last key with the prefix: nothing on the right has it
		}
	}
	return n.right.scan(prefix, from, fn)
}
