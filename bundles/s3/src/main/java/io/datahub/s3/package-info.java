/** Keeps blobs in an S3 store: requests with signature version 4, and what makes them reliable. */
package io.datahub.s3;
