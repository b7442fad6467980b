"""Flows in and out of the house: JSON as it is, BPMN 2.0 for other tools. Pure: texts and values only."""
