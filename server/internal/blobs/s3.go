package blobs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Options name a bucket of an S3-compatible store.
type S3Options struct {
	// Endpoint is HOST or HOST:PORT.
	Endpoint string
	// Insecure: plain HTTP. Objects are sealed all the same; credentials are signed with, not sent.
	Insecure bool
	Region   string
	Bucket   string
	// Prefix begins the name of every object.
	Prefix string
	// AccessKey and SecretKey are never logged nor put into an error.
	AccessKey, SecretKey string
	// Transport carries the requests. Nil: the library's.
	Transport http.RoundTripper
}

// s3Retries bounds how often a request is made again: a tablet that waits for the answer comes back anyway.
const s3Retries = 3

// S3 keeps objects in a bucket of an S3-compatible store. What it is given is sealed before it leaves this machine.
type S3 struct {
	client         *minio.Client
	bucket, prefix string
}

// NewS3 finds the bucket. One that is not there is not made: whoever pays for it decides on its place and its rules.
func NewS3(ctx context.Context, o S3Options) (*S3, error) {
	client, err := minio.New(o.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""), Secure: !o.Insecure, Region: o.Region,
		Transport: o.Transport, MaxRetries: s3Retries,
	})
	if err != nil {
		return nil, fmt.Errorf("--blobs-s3-endpoint %q is no address of a store; nothing was started: write HOST or HOST:PORT", o.Endpoint)
	}
	there, err := client.BucketExists(ctx, o.Bucket)
	if err != nil {
		return nil, fmt.Errorf("the store of photos and files at %s does not answer, or refuses the credentials; nothing was started: check --blobs-s3-endpoint, the bucket and its credentials (%s)", o.Endpoint, minio.ToErrorResponse(err).Code)
	}
	if !there {
		return nil, fmt.Errorf("the store at %s has no bucket %q; nothing was started: make it, or correct --blobs-s3-bucket", o.Endpoint, o.Bucket)
	}
	return &S3{client: client, bucket: o.Bucket, prefix: o.Prefix}, nil
}

func (s *S3) key(name string) string { return path.Join(s.prefix, name) }

// Adopt implements Bucket. An S3 store shows an object whole or not at all.
func (s *S3) Adopt(ctx context.Context, name, file string) error {
	_, err := s.client.FPutObject(ctx, s.bucket, s.key(name), file, minio.PutObjectOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return s3Error(err)
	}
	return os.Remove(file)
}

// Open implements Bucket. Every read is a request of its own for its range.
func (s *S3) Open(ctx context.Context, name string) (Object, error) {
	object, err := s.client.GetObject(ctx, s.bucket, s.key(name), minio.GetObjectOptions{})
	if err == nil {
		if _, err = object.Stat(); err != nil {
			_ = object.Close()
		}
	}
	if err != nil {
		return nil, s3Error(err)
	}
	return object, nil
}

// Each implements Bucket.
func (s *S3) Each(ctx context.Context, fn func(Listed) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing, which runs beside this
	prefix := ""
	if s.prefix != "" {
		prefix = s.key("") + "/"
	}
	for object := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if object.Err != nil {
			return s3Error(object.Err)
		}
		name := strings.TrimPrefix(object.Key, prefix)
		if !isObject(name) {
			continue
		}
		if err := fn(Listed{Name: name, Size: object.Size, Modified: object.LastModified}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Remove implements Bucket.
func (s *S3) Remove(ctx context.Context, name string) error {
	err := s.client.RemoveObject(ctx, s.bucket, s.key(name), minio.RemoveObjectOptions{})
	if err = s3Error(err); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// ErrStore: the store elsewhere does not answer as it should. Its own words, which may name the bucket's owner, are for
// nobody.
var ErrStore = errors.New("the store of photos and files does not answer; what was complete is safe and records go on: try again later")

func s3Error(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if code := minio.ToErrorResponse(err).Code; code == minio.NoSuchKey {
		return fs.ErrNotExist
	}
	return ErrStore
}
