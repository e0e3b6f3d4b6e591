/**
 * Records in the home directory which features and bundles the operator installed and uninstalled at run time, and
 * restores them in a framework whose cache was rebuilt.
 */
package io.datahub.console.installed;
