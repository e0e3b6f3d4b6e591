package io.datahub.console.access;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Whether and where JMX is reachable from outside the process. */
@ObjectClassDefinition(name = "Datahub console", description = "Access to the console and to JMX")
@interface JmxConfiguration {

    @AttributeDefinition(description = "TCP port on loopback for JMX over RMI, from 1 to 65535; 0 for none")
    int jmx_port() default 0;
}
