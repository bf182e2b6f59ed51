package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"filippo.io/age"
)

// Bounds of the files that keys and passphrases come in.
const (
	maxKeyFile    = 1 << 20
	minPassphrase = 16
)

// Keygen makes a key pair: an identity file for whoever restores, and the recipient that backups are made for.
func Keygen(now time.Time) (identity, recipient string, err error) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", fmt.Errorf("the system gives no random bytes; no key was made: %w", err)
	}
	recipient = key.Recipient().String()
	return fmt.Sprintf("# created: %s\n# public key: %s\n%s\n", now.UTC().Format(time.RFC3339), recipient, key), recipient, nil
}

// To says for whom a backup is made: a public key, or whoever has the passphrase in the file.
func To(publicKey, passphraseFile string) (age.Recipient, error) {
	if (publicKey == "") == (passphraseFile == "") {
		return nil, errors.New("a backup is made for one key or one passphrase; nothing was written: give --recipient or --passphrase-file")
	}
	if publicKey != "" {
		r, err := age.ParseX25519Recipient(publicKey)
		if err != nil {
			return nil, errors.New("--recipient is not the public key of an age key pair (age1…); nothing was written: make one with `tsunagu backup keygen`")
		}
		return r, nil
	}
	words, err := passphrase(passphraseFile)
	if err != nil {
		return nil, err
	}
	return age.NewScryptRecipient(words)
}

// From reads what opens a backup: an identity file, or a passphrase.
func From(identityFile, passphraseFile string) ([]age.Identity, error) {
	if (identityFile == "") == (passphraseFile == "") {
		return nil, errors.New("a backup is opened with one identity file or one passphrase; nothing was changed: give --identity or --passphrase-file")
	}
	if identityFile == "" {
		words, err := passphrase(passphraseFile)
		if err != nil {
			return nil, err
		}
		one, err := age.NewScryptIdentity(words)
		return []age.Identity{one}, err
	}
	text, err := small(identityFile)
	if err != nil {
		return nil, fmt.Errorf("the identity file cannot be read; nothing was changed: check --identity: %w", err)
	}
	list, err := age.ParseIdentities(strings.NewReader(text))
	if err != nil {
		return nil, errors.New("the identity file holds no age identity (AGE-SECRET-KEY-1…); nothing was changed: name the file that `tsunagu backup keygen` made")
	}
	return list, nil
}

// passphrase is the first line of a file.
func passphrase(path string) (string, error) {
	text, err := small(path)
	if err != nil {
		return "", fmt.Errorf("the file of the passphrase cannot be read; nothing was changed: check --passphrase-file: %w", err)
	}
	line, _, _ := strings.Cut(text, "\n")
	if line = strings.TrimRight(line, "\r"); len(line) < minPassphrase {
		return "", fmt.Errorf("the passphrase is shorter than %d bytes; nothing was changed: choose a longer one", minPassphrase)
	}
	return line, nil
}

func small(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	return string(text), err
}

// Seal encrypts what is written. Closing it writes the end, without which nothing opens.
func Seal(out io.Writer, to age.Recipient) (io.WriteCloser, error) {
	w, err := age.Encrypt(out, to)
	if err != nil {
		return nil, fmt.Errorf("the backup cannot be encrypted; nothing was written: %w", err)
	}
	return w, nil
}

// Open decrypts a backup.
func Open(in io.Reader, with []age.Identity) (io.Reader, error) {
	r, err := age.Decrypt(in, with...)
	var other *age.NoIdentityMatchError
	if errors.As(err, &other) {
		return nil, errors.New("this key or passphrase does not open the backup, or its first lines were altered; nothing was changed: find the key that it was made for, or take another backup")
	}
	if err != nil {
		return nil, broken(err)
	}
	return r, nil
}
