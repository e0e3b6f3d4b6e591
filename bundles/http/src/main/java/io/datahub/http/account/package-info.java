/** The account of the user over HTTP: whoami and tokens. */
package io.datahub.http.account;
