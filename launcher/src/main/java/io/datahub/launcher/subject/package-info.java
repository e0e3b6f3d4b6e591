/**
 * The user of a console session on Java 23 and later, where Karaf's own way no longer works. Exported to Karaf's
 * bundles by the system bundle, see {@link io.datahub.launcher.subject.SubjectWeaver}.
 */
package io.datahub.launcher.subject;
