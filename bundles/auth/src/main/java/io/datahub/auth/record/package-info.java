/** The record broker_users.xml: read, edited and replaced as a whole, and its last good copy. */
package io.datahub.auth.record;
