"""Own, lease, reserved, on-demand, spot and API for the same work: one basis, break-even utilization, net advantage to leasing."""

from accelxl.workbook.templates.own_lease_api.book import TEMPLATE as TEMPLATE
