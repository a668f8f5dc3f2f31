"""The supervisors that are compared, one file each, with one interface: base.Supervisor."""
from .hob import Hob
from .runit import Runit
from .s6 import S6
from .supervisord import Supervisord

ALL = [Hob, Runit, S6, Supervisord]
