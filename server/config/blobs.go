package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Blobs says where photos and files are kept, and how large they may be.
type Blobs struct {
	BlobMax Size `group:"limits" default:"64MiB" placeholder:"SIZE" help:"Largest photo or file. Default: ${default}."`

	BlobsS3Endpoint      string `group:"storage" name:"blobs-s3-endpoint" env:"TSUNAGU_BLOBS_S3_ENDPOINT" placeholder:"HOST:PORT" help:"S3-compatible store for photos and files; they are encrypted before they leave this machine. Default: none, they are kept in blobs/ in the data folder."`
	BlobsS3Bucket        string `group:"storage" name:"blobs-s3-bucket" env:"TSUNAGU_BLOBS_S3_BUCKET" placeholder:"NAME" help:"Its bucket, which has to be there."`
	BlobsS3Prefix        string `group:"storage" name:"blobs-s3-prefix" env:"TSUNAGU_BLOBS_S3_PREFIX" placeholder:"TEXT" help:"What the name of every object begins with. Two servers must not have the same: each collects what it does not know."`
	BlobsS3Region        string `group:"storage" name:"blobs-s3-region" env:"TSUNAGU_BLOBS_S3_REGION" default:"us-east-1" placeholder:"NAME" help:"Its region. Default: ${default}."`
	BlobsS3Insecure      bool   `group:"storage" name:"blobs-s3-insecure" env:"TSUNAGU_BLOBS_S3_INSECURE" help:"Plain HTTP, for a store on this machine."`
	BlobsS3AccessKey     string `group:"storage" name:"blobs-s3-access-key" env:"TSUNAGU_BLOBS_S3_ACCESS_KEY" placeholder:"KEY" help:"Name of the credentials."`
	BlobsS3SecretKeyFile string `group:"storage" name:"blobs-s3-secret-key-file" env:"TSUNAGU_BLOBS_S3_SECRET_KEY_FILE" type:"path" placeholder:"FILE" help:"File with the secret in its first line."`
	BlobsS3SecretKey     string `group:"storage" name:"blobs-s3-secret-key" env:"TSUNAGU_BLOBS_S3_SECRET_KEY" placeholder:"SECRET" help:"The secret itself; better in the environment or a file than on the command line, where others can read it."`
}

// BlobsFolder is where photos and files are, and where unfinished uploads are in any case.
func (s Storage) BlobsFolder() string { return filepath.Join(s.Data, "blobs") }

// maxSecretFile bounds the file of the secret.
const maxSecretFile = 4 << 10

// Secret returns the secret of the store, from where it is given. It is in no error.
func (b Blobs) Secret() (string, error) {
	if b.BlobsS3SecretKeyFile == "" {
		return b.BlobsS3SecretKey, nil
	}
	content, err := os.ReadFile(b.BlobsS3SecretKeyFile)
	if err != nil {
		return "", fmt.Errorf("--blobs-s3-secret-key-file cannot be read; nothing was started: check its path and owner: %w", err)
	}
	if len(content) > maxSecretFile {
		return "", errors.New("--blobs-s3-secret-key-file is too long for a secret; nothing was started: name the right file")
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return strings.TrimSpace(line), nil
}

// CheckBlobs tells what cannot be meant.
func (b Blobs) CheckBlobs() error {
	secret, err := b.Secret()
	if err != nil {
		return err
	}
	given := 0
	for _, value := range []string{b.BlobsS3Endpoint, b.BlobsS3Bucket, b.BlobsS3AccessKey, secret} {
		if value != "" {
			given++
		}
	}
	if given != 0 && given != 4 {
		return errors.New("--blobs-s3-endpoint, --blobs-s3-bucket, --blobs-s3-access-key and the secret belong together; nothing was started: give all or none")
	}
	return nil
}
