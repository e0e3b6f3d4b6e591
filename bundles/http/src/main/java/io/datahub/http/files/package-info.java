/** Records over HTTP: downloads with ranges and conditions, uploads, forms, directory listings. */
package io.datahub.http.files;
