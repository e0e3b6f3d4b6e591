/**
 * Test support: defaults for Awaitility, and in-memory implementations of the API that the tests of several modules
 * use.
 */
package io.datahub.test;
