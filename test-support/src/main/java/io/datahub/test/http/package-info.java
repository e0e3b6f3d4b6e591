/** A real HTTP server for the tests of handlers. */
package io.datahub.test.http;
