/** Logins that verifiers of other bundles decide on. */
package io.datahub.auth.external;
