/** Well-formed XML and XML Schema. */
package io.datahub.validators.xml;
