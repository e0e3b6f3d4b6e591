/** A PostgreSQL server for tests. */
package io.datahub.test.postgres;
