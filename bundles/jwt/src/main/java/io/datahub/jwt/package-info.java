/** Verifies the JWTs of external issuers: trust rules, keys, signatures. */
package io.datahub.jwt;
